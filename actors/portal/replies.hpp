#pragma once

#include "actors/history/history_words.hpp"
#include "drivers/web.hpp"
#include "protocol/messages.hpp"

#include <functional>
#include <string>
#include <utility>
#include <variant>

/// What comes of a request to the page: an answer, or a question to somebody else from whose answer
/// it is made.
namespace hearth {

/// Null: whoever was asked did not answer in time.
template <class Answer>
using rendering = std::function<web_response(const Answer*)>;

struct asked_of_history {
  history_query what;
  rendering<result<history_answer>> render;
};
struct asked_of_chronicle {
  chronicle_query what;
  rendering<result<chronicle_page>> render;
};
struct asked_of_moment {
  moment_query what;
  rendering<result<moment_answer>> render;
};
struct asked_of_money {
  money_query what;
  rendering<result<money_answer>> render;
};
struct asked_how_history_fares {
  rendering<history_status> render;
};
struct asked_of_dispatcher {
  request wish;
  std::string id;
  rendering<outcome> render;
};

using reply = std::variant<web_response, asked_of_history, asked_of_chronicle, asked_of_moment,
                           asked_of_money, asked_how_history_fares, asked_of_dispatcher>;

/// 503: who keeps the past, or decides, does not answer just now.
web_response no_answer_in_time();

/// Renders what was answered; a missing answer and a fault are sentences of their own.
template <class Answer, class Render>
rendering<result<Answer>> or_why_not(Render render);

/// 503 with what the history says of itself.
web_response why_not(const fault& f);

template <class Answer, class Render>
rendering<result<Answer>> or_why_not(Render render) {
  return [render = std::move(render)](const result<Answer>* answer) -> web_response {
    if (!answer) return no_answer_in_time();
    if (!*answer) return why_not(answer->error());
    return render(**answer);
  };
}

}  // namespace hearth

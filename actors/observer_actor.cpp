#include "actors/observer_actor.hpp"

namespace hearth {

observer_actor::behavior_type observer_of(observer_actor::pointer,
                                          std::shared_ptr<observations> into) {
  return {
      [into](const snapshot& image) { into->saw(image); },
      [into](const body& statement) { into->said(statement); },
  };
}

}  // namespace hearth

#include "layouts/document.hpp"

#include "protocol/utf8.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>

namespace hearth {
namespace {

/// A 90-channel house has about 1,500 nodes and is 8 deep. Beyond these a file is an attack or an
/// accident; an alias counts as all that it stands for, so that aliases of aliases cannot explode.
constexpr std::size_t most_nodes = 50'000;
constexpr std::size_t deepest = 32;

/// Where byte `offset` of `text` is, as an editor counts: lines and characters from 1.
position place_of(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, std::min(offset, text.size()));
  const auto line = std::ranges::count(before, '\n') + 1;
  const auto line_start = before.rfind('\n');
  const auto tail = line_start == std::string_view::npos ? before : before.substr(line_start + 1);
  const auto characters = std::ranges::count_if(
      tail, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  return {static_cast<int>(line), static_cast<int>(characters) + 1};
}

/// The YAML library guesses at encodings and takes byte 4 for the end of the file: it gets text
/// only.
bool is_text(std::string_view text, diagnostics& out) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t') || byte == 0x7F) {
      out.add(
          place_of(text, i), "a control character (byte " + std::to_string(byte) + ") stands here",
          "a layout is plain UTF-8 text; was this file damaged, or is it another kind of file?");
      return false;
    }
    const auto letter = letter_at(text, i);
    if (!letter) {
      out.add(place_of(text, i), "this is not UTF-8 text", "save the file as UTF-8");
      return false;
    }
    i += letter->bytes;
  }
  return true;
}

/// What ends the reading of a document early.
struct stop {
  YAML::Mark mark;
  std::string message;
  std::string hint;
};

/// Builds the tree from the library's events.
class builder : public YAML::EventHandler {
 public:
  builder(std::string_view text, diagnostics& out) : text_{text}, out_{out} {}

  [[nodiscard]] node_ptr root() const { return root_; }

  /// The library counts lines from 0 and bytes.
  [[nodiscard]] position place(const YAML::Mark& mark) const {
    if (mark.is_null()) return {1, 1};
    // Counting from the start of the line keeps a long file linear.
    const auto end = std::min(text_.size(), static_cast<std::size_t>(std::max(mark.pos, 0)));
    const auto start = end - std::min(end, static_cast<std::size_t>(std::max(mark.column, 0)));
    return {mark.line + 1, place_of(text_.substr(start, end - start), end - start).column};
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (root_)
      throw stop{mark, "a second document starts here",
                 "a layout is one document: remove the '---'"};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    auto made = begin(yaml_node::kind::nothing, mark);
    // The library's place of nothing is wherever the next thing is; the key is a better one.
    if (!open_.empty() && open_.back().key) made->at = open_.back().key_at;
    end(std::move(made), anchor, 1);
  }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                const std::string& value) override {
    count(mark, 1);
    if (awaits_key()) {
      open_.back().key = value;
      open_.back().key_at = place(mark);
      return;
    }
    auto made = std::make_shared<yaml_node>();
    made->is = yaml_node::kind::scalar;
    made->at = place(mark);
    made->text = value;
    end(std::move(made), anchor, 1);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchored_.find(anchor);
    if (awaits_key()) refuse_key(mark);
    if (found == anchored_.end())
      throw stop{mark, "this alias stands inside what it names", "write the value out"};
    count(mark, found->second.size);
    place_value(found->second.value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(begin(yaml_node::kind::list, mark), mark, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(begin(yaml_node::kind::map, mark), mark, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct frame {
    std::shared_ptr<yaml_node> made;
    YAML::anchor_t anchor = 0;
    std::size_t nodes_before = 0;
    std::optional<std::string> key;  ///< of a map: read, its value is awaited
    position key_at;
    std::map<std::string, position, std::less<>> keys;
  };
  struct named {
    node_ptr value;
    std::size_t size = 0;
  };

  [[nodiscard]] bool awaits_key() const {
    return !open_.empty() && open_.back().made->is == yaml_node::kind::map && !open_.back().key;
  }
  [[noreturn]] static void refuse_key(const YAML::Mark& mark) {
    throw stop{mark, "a key must be a word", "write keys like 'site: maple-12'"};
  }
  void count(const YAML::Mark& mark, std::size_t nodes) {
    nodes_ += nodes;
    if (nodes_ > most_nodes)
      throw stop{mark, "the layout has more than " + std::to_string(most_nodes) + " entries",
                 "is this the right file? Aliases count as all that they stand for"};
  }
  std::shared_ptr<yaml_node> begin(yaml_node::kind kind, const YAML::Mark& mark) {
    if (awaits_key()) refuse_key(mark);
    count(mark, 1);
    auto made = std::make_shared<yaml_node>();
    made->is = kind;
    made->at = place(mark);
    return made;
  }
  void open(std::shared_ptr<yaml_node> made, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (open_.size() >= deepest)
      throw stop{mark,
                 "lists and maps are nested more than " + std::to_string(deepest) + " deep here",
                 "no layout needs that; is a bracket left open?"};
    auto opened = frame{};
    opened.made = std::move(made);
    opened.anchor = anchor;
    opened.nodes_before = nodes_;
    open_.push_back(std::move(opened));
  }
  void close() {
    auto closed = std::move(open_.back());
    open_.pop_back();
    end(std::move(closed.made), closed.anchor, nodes_ - closed.nodes_before + 1);
  }
  void end(std::shared_ptr<yaml_node> made, YAML::anchor_t anchor, std::size_t size) {
    if (anchor != 0) anchored_[anchor] = {made, size};
    place_value(std::move(made));
  }
  void place_value(node_ptr value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return;
    }
    auto& parent = open_.back();
    if (parent.made->is == yaml_node::kind::list) {
      parent.made->items.push_back(std::move(value));
      return;
    }
    const auto [first, is_new] = parent.keys.try_emplace(*parent.key, parent.key_at);
    if (is_new)
      parent.made->entries.push_back({*parent.key, parent.key_at, std::move(value)});
    else
      out_.add(parent.key_at, "key " + in_quotes(*parent.key) + " is given twice",
               "the first is in line " + std::to_string(first->second.line) + "; keep one of them");
    parent.key.reset();
  }

  std::string_view text_;
  diagnostics& out_;
  std::vector<frame> open_;
  std::map<YAML::anchor_t, named> anchored_;
  std::size_t nodes_ = 0;
  node_ptr root_;
};

std::string hint_for_syntax(std::string_view text, const YAML::Exception& error) {
  auto lines = std::istringstream{std::string{text}};
  auto line = std::string{};
  for (int i = 0; i <= error.mark.line && std::getline(lines, line); ++i) {
  }
  const auto content = line.find_first_not_of(" \t");
  if (line.substr(0, content).find('\t') != std::string::npos)
    return "this line is indented with a tab; YAML wants spaces";
  if (error.msg.find("not found") != std::string::npos)
    return "something opened above is never closed: look for a missing ']', '}' or quote";
  if (error.msg.find("anchor") != std::string::npos)
    return "'*word' stands for what '&word' names above; text that starts with '*' needs quotes";
  return "look here and in the line above: indentation, a missing ':' or ',', an unclosed quote";
}

}  // namespace

const entry* yaml_node::find(std::string_view key) const {
  const auto found = std::ranges::find(entries, key, &entry::key);
  return found == entries.end() ? nullptr : &*found;
}

node_ptr read_document(std::string_view text, diagnostics& out) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (!is_text(text, out)) return nullptr;
  auto building = builder{text, out};
  try {
    auto stream = std::istringstream{std::string{text}};
    auto parser = YAML::Parser{stream};
    while (parser.HandleNextDocument(building)) {
    }
  } catch (const stop& early) {
    out.add(building.place(early.mark), early.message, early.hint);
    return nullptr;
  } catch (const YAML::Exception& error) {
    out.add(building.place(error.mark), "this is not YAML: " + error.msg,
            hint_for_syntax(text, error));
    return nullptr;
  } catch (const std::exception& error) {
    out.add({1, 1}, std::string{"this cannot be read: "} + error.what());
    return nullptr;
  }
  if (!building.root())
    out.add({1, 1}, "the file says nothing",
            "start with 'site: …' and 'timezone: …'; see the examples in layouts/");
  return building.root();
}

}  // namespace hearth

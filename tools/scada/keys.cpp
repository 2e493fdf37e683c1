#include "actors/house_clock.hpp"
#include "drivers/ports/broker_config.hpp"
#include "drivers/ports/key_store.hpp"
#include "drivers/ports/shown_keys.hpp"
#include "tools/scada/commands.hpp"

#include <nlohmann/json.hpp>

#include <iomanip>
#include <iostream>

namespace hearth::tools {
namespace {

struct keys_options {
  std::string folder = "keys";
  std::string name;
  std::vector<std::string> addresses;
  std::vector<std::string> files;
  long days = certificate_life.count();
  long page_days = portal_life.count();
  bool json = false;
  bool renewed_ones = false;
  std::string target, stands, listen, user;
  std::string data = "/var/lib/mosquitto";
  std::uint16_t port = 8883;
};

time_point now() { return house_clock::real().now(); }

int complain(const fault& f) {
  std::cerr << "scada keys: " << f.detail << "\n";
  return f.code == fault_code::malformed ? wrong_usage : failed_to_run;
}

int init(const keys_options& o) {
  const auto store = key_store::create(o.folder, now());
  if (!store) return complain(store.error());
  std::cout << o.folder << "/ca.crt is the authority of your houses, valid for 20 years.\n"
            << "Keep " << o.folder << "/ca.key where only you are, with a copy in a safe: who has "
            << "it can speak for\nevery house. Neither broker nor house ever needs it.\n"
            << "Next: scada keys broker NAME --address ...\n";
  return ok;
}

void print_files(const key_files& files) {
  std::cout << "  ca: " << files.ca.string() << "\n  cert: " << files.cert.string()
            << "\n  key: " << files.key.string() << "\n";
}

int made(const result<key_files>& files, key_role role, const std::string& name) {
  if (!files) return complain(files.error());
  switch (role) {
  case key_role::site:
    std::cout << "# For 'link' in the layout of " << name << ", when the three files stand beside "
              << "it on the Pi:\n";
    break;
  case key_role::node:
    std::cout << "# For atn as --ca, --cert and --key. A broker knows the node once its folder is "
                 "written anew\n# (scada keys mosquitto DIR) and it is restarted.\n";
    break;
  case key_role::broker:
    std::cout << "# 'scada keys mosquitto DIR' makes of these all the broker needs.\n";
    break;
  case key_role::portal:
    std::cout << "# For 'portal' in the layout, when cert and key stand beside it on the Pi:\n"
              << "  cert: " << files->cert.string() << "\n  key: " << files->key.string()
              << "\n# The phones of the house trust it once they have " << files->ca.string()
              << ",\n# which the page gives away at /ca.crt if it stands beside these two: "
                 "docs/operating/portal.md\n";
    return ok;
  case key_role::authority: break;
  }
  print_files(*files);
  return ok;
}

int issue(const keys_options& o, key_role role) {
  if (role == key_role::broker && o.addresses.empty()) {
    std::cerr << "scada keys: a broker needs --address, the host names and numbers that houses "
                 "reach it by\n";
    return wrong_usage;
  }
  if (role == key_role::portal && o.addresses.empty()) {
    std::cerr << "scada keys: a page needs --address, the host names and numbers that browsers "
                 "reach it by\n";
    return wrong_usage;
  }
  auto store = key_store::open(o.folder);
  if (!store) return complain(store.error());
  const auto life = key_days{role == key_role::portal ? o.page_days : o.days};
  return made(store->issue({role, o.name, o.addresses, life}, now()), role, o.name);
}

int renew(const keys_options& o, bool days_given) {
  auto store = key_store::open(o.folder);
  if (!store) return complain(store.error());
  const auto life = days_given ? std::optional{key_days{o.days}} : std::nullopt;
  const auto files = store->renew(o.name, life, now());
  if (!files) return complain(files.error());
  std::cout << "# A new pair; the one before stands in " << o.folder << "/old and is valid until "
            << "it ends. When the new\n# one is in place: scada keys revoke " << o.name
            << " --renewed\n";
  print_files(*files);
  return ok;
}

int revoke(const keys_options& o) {
  auto store = key_store::open(o.folder);
  if (!store) return complain(store.error());
  const auto which = o.renewed_ones ? revoke_which::renewed_ones : revoke_which::all_of_the_name;
  const auto count = store->revoke(o.name, which, now());
  if (!count) return complain(count.error());
  std::cout
      << *count << (*count == 1 ? " certificate" : " certificates") << " of " << o.name
      << (*count == 0 ? " had still to be revoked" : " revoked") << ". Every broker learns it by:\n"
      << "  scada keys mosquitto DIR\n"
      << "  systemctl restart mosquitto    # a reload keeps it out, a restart also cuts an open "
         "connection\n";
  return ok;
}

std::string revoked_word(const shown_key& key) {
  if (!key.revoked) return "unknown";
  return *key.revoked ? "yes" : "no";
}

std::string role_word(const certificate_facts& facts) {
  return facts.role ? std::string{to_text(*facts.role)} : std::string{"not ours"};
}

nlohmann::json json_of(const shown_key& key, time_point at) {
  const auto& f = *key.facts;
  auto revoked = nlohmann::json{};
  if (key.revoked) revoked = *key.revoked;
  return {{"file", key.file.string()},
          {"who", f.name},
          {"role", role_word(f)},
          {"addresses", f.addresses},
          {"from", to_iso8601(f.from)},
          {"until", to_iso8601(f.until)},
          {"days_left", days_left(f, at)},
          {"state", to_text(validity_at(f, at))},
          {"issuer", f.issuer},
          {"serial", f.serial},
          {"sha256", f.fingerprint},
          {"revoked", revoked}};
}

void print_row(const shown_key& key, time_point at) {
  const auto& f = *key.facts;
  const auto date = [](time_point t) { return to_iso8601(t).substr(0, 10); };
  std::cout << std::left << std::setw(24) << f.name << std::setw(11) << role_word(f)
            << std::setw(12) << date(f.from) << std::setw(12) << date(f.until) << std::right
            << std::setw(6) << days_left(f, at) << "  " << std::left << std::setw(9)
            << revoked_word(key) << f.fingerprint.substr(0, 16);
  if (!f.addresses.empty()) std::cout << "  " << addresses_text(f);
  std::cout << "\n";
}

/// Not a word of a revoked one: it has ended already.
bool wants_attention(const shown_key& key, time_point at) {
  return !key.facts ||
         (!key.revoked.value_or(false) && validity_at(*key.facts, at) != validity::good);
}

int show(const keys_options& o) {
  const auto keys = look_at_keys(o.folder, {o.files.begin(), o.files.end()});
  if (!keys) return complain(keys.error());
  const auto at = now();
  auto worrying = false;
  auto rows = nlohmann::json::array();
  if (!o.json)
    std::cout << std::left << std::setw(24) << "who" << std::setw(11) << "role" << std::setw(12)
              << "from" << std::setw(12) << "until"
              << "  days  " << std::setw(9) << "revoked"
              << "SHA-256 begins\n";
  for (const auto& key : *keys) {
    worrying |= wants_attention(key, at);
    if (!key.facts)
      std::cerr << "scada keys: " << key.facts.error().detail << "\n";
    else if (o.json)
      rows.push_back(json_of(key, at));
    else
      print_row(key, at);
  }
  if (o.json)
    std::cout << rows.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
  for (const auto& key : *keys)
    if (key.facts && wants_attention(key, at))
      std::cerr << "scada keys: " << *validity_text(*key.facts, key.file.string(), at) << "\n";
  return worrying ? failed_to_run : ok;
}

int mosquitto(const keys_options& o) {
  auto config = broker_config{};
  config.broker = o.name;
  config.stands = o.stands;
  config.data = o.data;
  config.port = o.port;
  config.listen = o.listen;
  config.user = o.user;
  const auto broker = write_mosquitto_folder(o.folder, o.target, config);
  if (!broker) return complain(broker.error());
  const auto stands = o.stands.empty() ? o.target : o.stands;
  std::cout
      << o.target << " holds all that broker " << *broker << " needs, and no authority's key.\n"
      << "On its machine, as root:\n"
      << "  chown -R mosquitto: " << stands << "    # it reads its key as this user\n"
      << "  cp " << stands << "/mosquitto.conf /etc/mosquitto/mosquitto.conf\n"
      << "  systemctl restart mosquitto\n"
      << "Later, 'systemctl reload mosquitto' takes what was written anew: rights, keys, who "
         "is revoked.\nA restart also cuts the open connection of who is revoked; houses come "
         "back by themselves.\n";
  return ok;
}

CLI::App* add(CLI::App& keys, keys_options& o, const char* name, const char* help) {
  auto* command = keys.add_subcommand(name, help);
  command->add_option("--keys", o.folder, "The folder of keys")->capture_default_str();
  return command;
}

void add_days(CLI::App& command, keys_options& o, key_role role) {
  const auto is_page = role == key_role::portal;
  command.add_option("--days", is_page ? o.page_days : o.days, "How long the certificate is valid")
      ->check(CLI::Range(1L, is_page ? long{portal_life_longest.count()} : 20 * 365L))
      ->capture_default_str();
}

CLI::App* add_issue(CLI::App& keys, const std::shared_ptr<keys_options>& o, int& exit,
                    key_role role, const char* name, const char* help) {
  auto* command = add(keys, *o, name, help);
  command->add_option("NAME", o->name, "Its name; no other broker, node, site or page has it")
      ->required();
  add_days(*command, *o, role);
  command->callback([o, &exit, role] { exit = issue(*o, role); });
  return command;
}

void add_mosquitto(CLI::App& keys, const std::shared_ptr<keys_options>& o, int& exit) {
  auto* command = add(keys, *o, "mosquitto",
                      "Write what a mosquitto broker needs: configuration, rights, keys");
  command->add_option("DIR", o->target, "Folder to write; made if it is not there")->required();
  command->add_option("--broker", o->name, "Which broker, if there are several");
  command->add_option("--stands", o->stands,
                      "Where DIR will stand on the broker's machine (default: where it is)");
  command->add_option("--port", o->port, "Port for TLS")->capture_default_str();
  command->add_option("--listen", o->listen, "Address of one interface (default: all)");
  command->add_option("--data", o->data, "Folder in which the broker keeps its state")
      ->capture_default_str();
  command->add_option("--user", o->user,
                      "Whom a broker started by root becomes (default: mosquitto)");
  command->footer(
      "Example:\n  scada keys mosquitto broker-files --stands /etc/mosquitto/hearth\n"
      "Write it anew after each 'node', 'renew' of a broker, and 'revoke'.");
  command->callback([o, &exit] { exit = mosquitto(*o); });
}

}  // namespace

void add_keys(CLI::App& app, int& exit) {
  auto* keys = app.add_subcommand(
      "keys", "Make, show, renew and revoke the keys of houses, their pages, nodes and brokers");
  keys->require_subcommand(1);
  const auto o = std::make_shared<keys_options>();
  auto* first = add(*keys, *o, "init", "Make the authority that signs all others (once)");
  first->callback([o, &exit] { exit = init(*o); });
  auto* broker = add_issue(*keys, o, exit, key_role::broker, "broker", "Certify a broker");
  broker->add_option("--address", o->addresses,
                     "IP number or host name that houses and nodes reach it by; may be repeated");
  broker->footer(
      "Example:\n  scada keys broker main --address broker.example.net --address 192.0.2.7");
  auto* page = add_issue(*keys, o, exit, key_role::portal, "portal", "Certify a house's page");
  page->add_option("--address", o->addresses,
                   "Host name or IP number that browsers reach it by; may be repeated");
  page->footer(
      "Example:\n  scada keys portal maple-12-page --address maple-12.local --address "
      "192.168.1.20");
  add_issue(*keys, o, exit, key_role::node, "node", "Certify a node (atn)");
  add_issue(*keys, o, exit, key_role::site, "site",
            "Certify a house; NAME is 'site' of its layout");
  auto* shown = add(*keys, *o, "show", "Show who has which key until when");
  shown->add_option("FILES", o->files, "Certificates (default: all current ones of the folder)");
  shown->add_flag("--json", o->json, "A JSON array instead of a table");
  shown->footer("Exit codes: 0 all are good, 1 one has ended or ends within 30 days.");
  shown->callback([o, &exit] { exit = show(*o); });
  auto* renewed =
      add(*keys, *o, "renew", "Make a new key and certificate; the old one is kept aside");
  renewed->add_option("NAME", o->name, "Of a broker, node, site or page")->required();
  auto* days =
      renewed
          ->add_option("--days", o->days,
                       "How long the new one is valid (default: as long as the old one was)")
          ->check(CLI::Range(1L, 20 * 365L));
  renewed->callback([o, &exit, days] { exit = renew(*o, days->count() > 0); });
  auto* revoked = add(*keys, *o, "revoke", "Put all certificates of a name on the revocation list");
  revoked->add_option("NAME", o->name, "Of a broker, node, site or page")->required();
  revoked->add_flag("--renewed", o->renewed_ones,
                    "Only those that were renewed, not the present one");
  revoked->callback([o, &exit] { exit = revoke(*o); });
  add_mosquitto(*keys, o, exit);
  keys->footer(
      "From nothing to a broker with a house:\n"
      "  scada keys init\n"
      "  scada keys broker main --address broker.example.net\n"
      "  scada keys node atn\n"
      "  scada keys site maple-12\n"
      "  scada keys mosquitto broker-files\n"
      "The whole story: docs/operating/keys.md\n"
      "Exit codes: 0 done, 1 refused or failed (show: a key ends soon), 2 wrong usage.");
}

}  // namespace hearth::tools

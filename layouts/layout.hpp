#pragma once

#include "protocol/ids.hpp"
#include "protocol/limits.hpp"
#include "protocol/standing.hpp"
#include "protocol/time.hpp"
#include "protocol/unit.hpp"
#include "protocol/units.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// A house as data: what the YAML file says once every reference is resolved and every
/// quantity has its unit. Tables are in file order; ids are places in them.
namespace hearth {

/// One register of a generic Modbus device, as it stands in the layout.
struct register_row {
  enum class table : unsigned char { coil, discrete, input, holding };
  enum class format : unsigned char { bit, u16, s16, u32, s32, f32, u64, s64, f64 };
  std::string channel;  ///< the channel key it feeds
  table where = table::holding;
  std::uint16_t address = 0;  ///< zero-based, as on the wire
  format as = format::u16;
  bool low_word_first = false;
  double scale = 1;  ///< channel value = raw × scale + offset
  double offset = 0;
  hearth::unit unit = hearth::unit::count;
  bool writable = false;  ///< coil or holding register that may be commanded
  std::optional<double> lowest = {}, highest = {};  ///< outside: out_of_range, not a value
  bool operator==(const register_row&) const = default;
};

/// A quantity is stored in its channel unit (W, °C, s …).
using option_value =
    std::variant<std::string, std::int64_t, double, bool, std::vector<register_row>>;
using option_map = std::map<std::string, option_value, std::less<>>;

struct position {
  int line = 0;    ///< from 1
  int column = 0;  ///< from 1
};

struct bus_layout {
  std::string name;
  std::string kind;
  option_map options;
  position at;
};

struct device_layout {
  std::string name;
  std::string model;
  bus_id bus;
  option_map options;
  std::vector<channel_id> channels;
  duration poll_every{};
  position at;
};

struct channel_layout {
  std::string name;  ///< unique in the house, such as "hp.power"
  device_id device;
  std::string key;  ///< its name at the device, such as "power"
  hearth::unit unit = unit::count;
  bool actuator = false;
  duration max_age{};  ///< older is stale
  std::optional<duration>
      report_every;  ///< a sample at least this often in the report; absent: once a slot
  std::optional<double> on_change;  ///< a sample whenever it moved by this much (channel unit)
  position at;
};

struct heat_pump_layout {
  channel_id enable;  ///< on: may run; off: hardware fallback (its own aquastat) or off
  std::optional<channel_id> power_meter;
  std::optional<channel_id> pump;  ///< primary pump; runs before and with the heat pump
  hearth::power max_power;         ///< electrical nameplate
  duration min_on{};
  duration min_off{};
  std::optional<std::size_t> starts_per_hour;  ///< of a file always said; absent: as many as wished
  std::vector<cop_point> cop;                  ///< empty: unknown
};

struct store_layout {
  hearth::volume volume;           ///< all tanks together
  std::vector<channel_id> layers;  ///< hottest (top of the first tank) to coldest
  temperature max;                 ///< interlock: the heat pump stops above this
  temperature min_top;             ///< local control keeps the hottest layer at least this warm
  /// For the planner: the rooms need no hotter water than this. Empty: `min_top` in any weather.
  std::vector<supply_point> heating_curve;
};

struct zone_layout {
  std::string name;
  channel_id temperature_channel;
  std::variant<temperature, channel_id> setpoint;
  std::optional<channel_id> call;  ///< valve or circulator relay that gives the zone heat
  bool critical = false;
};

struct plant_layout {
  heat_pump_layout heat_pump;
  std::optional<store_layout> store;
  std::vector<zone_layout> zones;
  std::optional<channel_id> outdoor;
  std::optional<channel_id> house_power;
  std::optional<hearth::power> electrical_limit;
  temperature freeze_limit =
      celsius(5);  ///< a zone or store layer below this calls for heat whoever is in charge
};

/// A daily window in local time with its own price; `to` may be past midnight's `from`.
struct tariff_window {
  std::chrono::minutes from{}, to{};  ///< since local midnight
  bool weekdays_only = false;
  energy_price price;
};

struct tariff_layout {
  std::optional<energy_price> energy;  ///< a flat price; absent: from the node
  energy_price distribution;           ///< outside every window
  std::vector<tariff_window> windows;  ///< first match holds
};

struct link_layout {
  std::string broker;         ///< "mqtts://host:8883", or "mqtt://127.0.0.1:1883" on loopback only
  std::string ca, cert, key;  ///< paths, relative to the layout file; empty for plain
  bool anyone_may_command = false;  ///< plain text leaves the machine, as asked for
  bool remote_admin = false;        ///< whether the node may ask with the rank of admin
};

/// The history on this machine: one feed per channel, in the state folder.
struct history_layout {
  duration interval = std::chrono::seconds{10};  ///< of the finest feeds
  duration block = std::chrono::minutes{5};      ///< what is measured reaches the disk so often
  /// How long each fineness is kept; by the hour it is kept for ever.
  duration keep_finest = std::chrono::days{60};
  duration keep_minutes = std::chrono::days{366};
  duration keep_quarters = std::chrono::days{5 * 366};
};

/// The house's own page.
struct portal_layout {
  std::string listen;                ///< "0.0.0.0:8443"; plain only on loopback
  std::string cert, key;             ///< paths, relative to the layout file; empty: plain
  std::string metrics_token_sha256;  ///< who may read /metrics, hex; empty: nobody
};

/// Tells Home Assistant of the house, on the house's own broker.
struct home_assistant_layout {
  bus_id bus;          ///< an MQTT bus
  std::string prefix;  ///< of its discovery topics
};

/// What the simulated bus is made of; only present where a bus of that kind is. What each number
/// means, and where its default is from, stands in `docs/plant.md`.
struct simulation_layout {
  enum class compass : unsigned char { north, east, south, west };

  struct zone {
    std::string name;                  ///< of a zone in `plant`
    double conductance_w_per_k = 150;  ///< loss to outdoors, all ways together
    double capacity_wh_per_k = 4000;   ///< air, furniture and inner walls
    double emitter_w_per_k = 120;      ///< per kelvin between supply water and room, at 40 K
    power internal_gain;               ///< appliances and lights, all day
    temperature initial = celsius(20);
    double emitter_exponent = 1;                ///< of the mean excess of the water over the room
    std::optional<double> flow_l_per_min = {};  ///< absent: water comes back at 0.6 of its excess
    double structure_wh_per_k = 0;              ///< walls and floors; 0: one mass is all there is
    double structure_w_per_k = 400;             ///< between room and structure
    double structure_loss = 0.5;                ///< part of the conductance that passes through it
    double window_m2 = 0;                       ///< glass
    compass windows_face = compass::south;
    double occupants = 0;  ///< people, while they are at home
  };
  /// One point of a heat pump's data sheet at full power. Points make a full grid.
  struct performance_point {
    temperature outdoor;
    temperature leaving_water;
    power capacity;
    double cop = 1;
  };
  struct heat_pump {
    std::vector<performance_point> table;  ///< empty: the default machine at `heat_pump_capacity`
    double modulation_min = 1;             ///< least part of full power; 1: on or off
    duration warm_up = std::chrono::minutes{10};
    duration frost = std::chrono::minutes{54};  ///< running in frosty air until a defrost is due
    duration defrost = std::chrono::minutes{6};
  };
  struct store {
    int tanks = 1;                       ///< in series, besides the buffer
    std::optional<volume> buffer;        ///< the first tank of the series; of the store's volume
    int layers_per_sensor = 1;           ///< how finely the water is divided
    double mixing = 0;                   ///< part of what flows in that stirs the next layer
    std::optional<double> loss_w_per_k;  ///< of each tank; absent: 0.5 % of its heat per hour
    temperature surroundings = celsius(12);
  };
  struct loop {
    hearth::volume volume = 40 * litre;  ///< of pipes and emitters
    double loss_w_per_k = 5;             ///< to the rooms
    double exposed_w_per_k = 0;          ///< to outdoors
  };
  /// When nobody is at home, Monday to Friday, in the standard time of the longitude.
  struct absence {
    std::chrono::minutes from{}, to{};  ///< since midnight
  };

  std::string weather_file;  ///< CSV: time_utc,outdoor_c[,solar_w_per_m2]; relative to the layout
  std::string price_file;    ///< CSV: time_utc,lmp_usd_per_mwh,distribution_usd_per_mwh
  std::optional<time_point> start;  ///< absent: the first row of the weather file
  std::vector<zone> zones;
  power heat_pump_capacity = 14 * kilowatt;  ///< thermal, at 0 °C outdoors and 45 °C leaving water
  power house_base_load = 400 * watt;
  temperature store_initial = celsius(45);
  double sensor_noise_k = 0;  ///< standard deviation, from the seed
  std::uint64_t seed = 1;
  double sensor_bias_k = 0;  ///< standard deviation between sensors
  duration sensor_lag{};     ///< time constant
  simulation_layout::heat_pump heat_pump = {};
  simulation_layout::store store = {};
  simulation_layout::loop loop = {};
  std::optional<absence> away;
  double latitude = 45.7;    ///< degrees north: Millinocket, Maine
  double longitude = -68.7;  ///< degrees east
  double clearness = 0.5;    ///< part of a clear sky's sun that arrives, on average
  double window_transmittance = 0.5;
};

/// How often a house looks at itself; no file says it. A simulation of years takes longer steps.
struct pace_layout {
  duration control = limits::control_tick;            ///< a snapshot and a decision
  duration housekeeping = limits::housekeeping_tick;  ///< timeouts of link, journal and clock
  /// Two renewals of a command may get lost.
  [[nodiscard]] duration command_life() const {
    return std::max(limits::command_life, 3 * control);
  }
  bool operator==(const pace_layout&) const = default;
};

struct layout {
  std::string site;
  std::string timezone;  ///< IANA name
  std::optional<link_layout> link;
  std::vector<bus_layout> buses;
  std::vector<device_layout> devices;
  std::vector<channel_layout> channels;
  std::optional<plant_layout> plant;
  tariff_layout tariff;
  std::optional<history_layout> history;  ///< there with a portal, too, by its defaults
  std::optional<portal_layout> portal;
  std::optional<home_assistant_layout> home_assistant;
  std::optional<simulation_layout> simulation;
  pace_layout pace;
  std::string text;    ///< the file itself, so that a record of this house needs nothing else
  std::string hash;    ///< its SHA-256, hex
  std::string folder;  ///< where it stands; relative paths start here

  [[nodiscard]] const channel_layout& operator[](channel_id c) const { return channels[c.value]; }
  [[nodiscard]] const device_layout& operator[](device_id d) const { return devices[d.value]; }
  [[nodiscard]] const bus_layout& operator[](bus_id b) const { return buses[b.value]; }
  [[nodiscard]] std::optional<channel_id> find_channel(std::string_view name) const;
};

/// Typed access to an option the model's spec made sure is there (a missing one is our bug).
std::string text_option(const option_map& options, std::string_view key);
std::int64_t integer_option(const option_map& options, std::string_view key);
double number_option(const option_map& options, std::string_view key);
bool flag_option(const option_map& options, std::string_view key);
bool has_option(const option_map& options, std::string_view key);
/// A `quantity` option of dimension duration.
duration duration_option(const option_map& options, std::string_view key);

}  // namespace hearth

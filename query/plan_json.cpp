// The JSON form of a plan, version 1; the schema is in query/README.md.
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "query/detail/plan_names.h"
#include "query/plan.h"

namespace hindsight::query {
namespace {

using Json = nlohmann::ordered_json;

Json node_json(const PlanNode& node) {
  Json json{{"op", detail::op_facts(node.op).name}};
  if (node.op == PlanOp::timeline) json["predicate"] = node.predicate;
  if (node.op == PlanOp::nth) json["n"] = node.n;
  if (node.op == PlanOp::near) json["seconds"] = to_seconds(node.distance);
  if (node.op == PlanOp::relation) json["relation"] = to_string(node.relation);
  for (const auto& operand : node.of) json["of"].push_back(node_json(operand));
  return json;
}

/// Reads one object and names the key at fault.
class Reader {
 public:
  Reader(const Json& json, std::string source, std::set<std::string> keys)
      : json_(json), source_(std::move(source)) {
    if (!json.is_object()) refuse("a node of the plan is not an object");
    for (const auto& [key, value] : json.items()) {
      if (!keys.contains(key)) refuse(fmt::format("it has no key '{}'", key));
    }
  }

  [[noreturn]] void refuse(const std::string& reason) const {
    throw Error(ErrorCode::usage,
                fmt::format("{} is not a plan that this version reads: {}; query/README.md has the "
                            "schema",
                            source_,
                            reason));
  }

  std::string text(const char* key) const {
    const Json& value = at(key);
    if (!value.is_string()) refuse(fmt::format("'{}' must be a text", key));
    return value.get<std::string>();
  }
  std::string text_or_empty(const char* key) const { return json_.contains(key) ? text(key) : ""; }
  bool flag(const char* key) const {
    if (!json_.contains(key)) return false;
    if (!at(key).is_boolean()) refuse(fmt::format("'{}' must be true or false", key));
    return at(key).get<bool>();
  }
  int whole(const char* key) const {
    if (!at(key).is_number_integer()) refuse(fmt::format("'{}' must be a whole number", key));
    const auto value = at(key).get<std::int64_t>();
    constexpr std::int64_t kMost = 1'000'000;
    if (value < -kMost || value > kMost) refuse(fmt::format("'{}' is out of range", key));
    return static_cast<int>(value);
  }
  MediaDuration seconds(const char* key) const {
    if (!at(key).is_number()) refuse(fmt::format("'{}' must be a number of seconds", key));
    return from_seconds(at(key).get<double>());
  }
  const Json& list(const char* key) const {
    static const Json empty = Json::array();
    if (!json_.contains(key)) return empty;
    if (!at(key).is_array()) refuse(fmt::format("'{}' must be a list", key));
    return at(key);
  }
  bool has(const char* key) const { return json_.contains(key); }

 private:
  const Json& at(const char* key) const {
    if (!json_.contains(key)) refuse(fmt::format("'{}' is missing", key));
    return json_.at(key);
  }

  const Json& json_;
  std::string source_;
};

PlanNode parse_node(const Json& json, const std::string& source, int depth) {
  const Reader reader(json, source, {"op", "predicate", "of", "n", "seconds", "relation"});
  if (depth > kMaxPlanDepth)
    reader.refuse(fmt::format("it is nested deeper than {}", kMaxPlanDepth));
  PlanNode node;
  const auto* facts = detail::find_op(reader.text("op"));
  if (facts == nullptr) reader.refuse(fmt::format("there is no operator '{}'", reader.text("op")));
  node.op = facts->op;
  if (node.op == PlanOp::timeline) node.predicate = reader.text("predicate");
  if (node.op == PlanOp::nth) node.n = reader.whole("n");
  if (node.op == PlanOp::near) node.distance = reader.seconds("seconds");
  if (node.op == PlanOp::relation) {
    const auto relation = relation_of(reader.text("relation"));
    if (!relation) reader.refuse(fmt::format("there is no relation '{}'", reader.text("relation")));
    node.relation = *relation;
  }
  for (const auto& operand : reader.list("of"))
    node.of.push_back(parse_node(operand, source, depth + 1));
  return node;
}

Plan read_plan(const Json& json, const std::string& source) {
  const Reader reader(json,
                      source,
                      {"version",
                       "type",
                       "of",
                       "names",
                       "edge",
                       "pick",
                       "never",
                       "per_hour",
                       "share",
                       "look",
                       "at",
                       "merge_seconds"});
  if (reader.whole("version") != kPlanVersion) {
    reader.refuse(fmt::format("its version is {}, not {}", reader.whole("version"), kPlanVersion));
  }
  Plan plan;
  const auto type = detail::type_of(reader.text("type"));
  if (!type) reader.refuse(fmt::format("there is no type '{}'", reader.text("type")));
  plan.type = *type;
  for (const auto& node : reader.list("of")) plan.of.push_back(parse_node(node, source, 0));
  for (const auto& name : reader.list("names")) {
    if (!name.is_string()) reader.refuse("'names' must hold texts");
    plan.names.push_back(name.get<std::string>());
  }
  if (reader.has("edge")) {
    const auto edge = detail::edge_of(reader.text("edge"));
    if (!edge) reader.refuse(fmt::format("there is no edge '{}'", reader.text("edge")));
    plan.edge = *edge;
  }
  if (reader.has("pick")) {
    const auto pick = detail::pick_of(reader.text("pick"));
    if (!pick) reader.refuse(fmt::format("there is no pick '{}'", reader.text("pick")));
    plan.pick = *pick;
  }
  plan.never = reader.flag("never");
  plan.per_hour = reader.flag("per_hour");
  plan.share = reader.flag("share");
  plan.look = reader.text_or_empty("look");
  if (reader.has("at")) plan.at = MediaTime{reader.seconds("at")};
  if (reader.has("merge_seconds")) plan.merge = reader.seconds("merge_seconds");
  return plan;
}

}  // namespace

std::string to_json(const Plan& plan) {
  Json json{{"version", kPlanVersion}, {"type", to_string(plan.type)}};
  for (const auto& node : plan.of) json["of"].push_back(node_json(node));
  if (!plan.names.empty()) json["names"] = plan.names;
  if (plan.edge != Edge::whole) json["edge"] = detail::to_string(plan.edge);
  if (plan.pick != Pick::all) json["pick"] = detail::to_string(plan.pick);
  if (plan.never) json["never"] = true;
  if (plan.per_hour) json["per_hour"] = true;
  if (plan.share) json["share"] = true;
  if (!plan.look.empty()) json["look"] = plan.look;
  if (plan.at) json["at"] = to_seconds(*plan.at);
  if (plan.merge != Plan{}.merge) json["merge_seconds"] = to_seconds(plan.merge);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Plan parse_plan(std::string_view json, std::string_view source) {
  const auto parsed = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (parsed.is_discarded()) {
    throw Error(ErrorCode::usage,
                fmt::format("{} is not JSON; query/README.md has the schema of a plan", source));
  }
  auto plan = read_plan(parsed, std::string(source));
  check(plan);
  return plan;
}

}  // namespace hindsight::query

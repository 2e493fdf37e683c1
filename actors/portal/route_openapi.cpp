#include "actors/portal/openapi.hpp"
#include "actors/portal/portal_desk.hpp"

namespace hearth {

reply serve_openapi(portal_desk&, const visit&) {
  return web_response{
      200, {{"Content-Type", "application/json; charset=utf-8"}}, std::string{openapi_text()}};
}

}  // namespace hearth

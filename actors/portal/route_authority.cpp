#include "actors/portal/json_answer.hpp"
#include "actors/portal/portal_desk.hpp"

/// What a telephone needs to trust the page; it is no secret.
namespace hearth {

reply serve_authority(portal_desk& desk, const visit&) {
  if (!desk.authority)
    return problem(404, "this page is not encrypted, so there is no certificate to trust");
  const auto certificate = desk.authority();
  if (!certificate)
    return problem(404,
                   "the authority that signed this page's certificate is not on this machine; put "
                   "its ca.crt beside the page's certificate");
  return web_response{200, {{"Content-Type", "application/x-x509-ca-cert"}}, *certificate};
}

}  // namespace hearth

#pragma once

#include "actors/interfaces.hpp"
#include "actors/view/observations.hpp"

#include <memory>

namespace hearth {

/// Puts what it sees and hears where a watcher on another thread fetches it.
observer_actor::behavior_type observer_of(observer_actor::pointer self,
                                          std::shared_ptr<observations> into);

}  // namespace hearth

#include "failure.h"
#include "forward.h"

namespace hstu {

std::unique_ptr<ForwardPass> bfloat16_pass(const Model &, const BatchCapacity &) {
  refuse(HSTU_INVALID, "bfloat16 is not in this build; choose float32");
}

}  // namespace hstu

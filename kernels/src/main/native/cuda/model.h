// One model's weights on a device, in the precision and layout its kernels read.
#pragma once

#include <vector>

#include "hstu_cuda.h"
#include "layout.cuh"
#include "memory.h"

namespace hstu {

enum class Precision { kFloat32 = HSTU_FLOAT32, kBfloat16 = HSTU_BFLOAT16 };

// The public checkpoint's tensors as they are, in device memory; HSTU.md names them.
struct Float32Block {
  DeviceBuffer<float> projection;  // W [D][2*h*dv + 2*h*dqk], columns u | v | q | k
  DeviceBuffer<float> output;      // Wo [D][h*dv]
};

// Half-precision products read both operands with the summed index contiguous, heads padded to W columns.
struct Bfloat16Block {
  DeviceBuffer<bf16> projection;  // Wp [4*HW][Dp]
  DeviceBuffer<bf16> output;      // Wo [Dp][HW]
};

// What both precisions keep in float32.
struct Biases {
  DeviceBuffer<float> output;    // bo [Dp], padding 0
  DeviceBuffer<float> position;  // pos [2N-1]
  DeviceBuffer<float> time;      // time [129]
  DeviceBuffer<char> tables;     // of both, as the half-precision attention looks them up
};

struct Model {
  int device;
  int capability;  // 10 * major + minor
  Precision precision;
  Shape shape;

  DeviceBuffer<float> positions;  // P [N][Dp], padding 0
  std::vector<Biases> biases;

  // One of each pair is filled.
  DeviceBuffer<float> items_float32;    // E [V+1][D]
  DeviceBuffer<bf16> items_bfloat16;    // E [V+1][Dp], padding 0
  std::vector<Float32Block> float32;
  std::vector<Bfloat16Block> bfloat16;
};

// The padded shape of a model, or a Failure naming the value out of bounds.
Shape padded_shape(const hstu_shape &shape, Precision precision);

// Uploads a model; see hstu_cuda_model_open.
Model upload_model(int device, Precision precision, const hstu_shape &shape, const void *const *weights, int count);

}  // namespace hstu

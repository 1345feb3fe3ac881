/// The safetensors file format (a JSON header, then little-endian row-major tensors): read through
/// a memory map, written as a stream. Start at [dev.hstu.kernels.safetensors.SafetensorsFile] to
/// read and [dev.hstu.kernels.safetensors.SafetensorsWriter] to write. What the tensors mean stays
/// out.
@NullMarked
package dev.hstu.kernels.safetensors;

import org.jspecify.annotations.NullMarked;

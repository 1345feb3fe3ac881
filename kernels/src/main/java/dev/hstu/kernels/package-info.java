/// The lowest room: tensors in memory segments, the safetensors file format, tables of ids and
/// attributes, crash-safe files, and (alone in the project) the binding to native code. Everything
/// else may use it; it uses nothing of ours.
///
/// Start at [dev.hstu.kernels.safetensors.SafetensorsFile].
@NullMarked
package dev.hstu.kernels;

import org.jspecify.annotations.NullMarked;

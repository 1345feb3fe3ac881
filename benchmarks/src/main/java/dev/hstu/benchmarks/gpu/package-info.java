/// The figures of the GPU encoder that are taken through Java: start at
/// [dev.hstu.benchmarks.gpu.GpuFigures]. It needs the jars of kernels, encoder and this module, and
/// what they need to read JSON; kernels alone are timed by the checks beside their sources.
@NullMarked
package dev.hstu.benchmarks.gpu;

import org.jspecify.annotations.NullMarked;

/// Tables both halves of the house read: external item and user ids ([IdTable]) and item attributes
/// ([AttributeTable]), stored as tensors of a safetensors file.
@NullMarked
package dev.hstu.kernels.tables;

import org.jspecify.annotations.NullMarked;

/// Generations: immutable folders of model, items and index that are built, checked and published
/// as one. Start at [GenerationStore], the folder of all of them, and [Generation], one opened for
/// search. How an index is filled stays in `search`; what a model computes stays outside the
/// module.
@NullMarked
package dev.hstu.index.generation;

import org.jspecify.annotations.NullMarked;

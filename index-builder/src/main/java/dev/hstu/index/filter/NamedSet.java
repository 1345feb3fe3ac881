package dev.hstu.index.filter;

import dev.hstu.kernels.tables.IdTable;

/// A registered set of item ids. Immutable; holds its ids in memory, some 20 bytes each for
/// integers.
///
/// @param version of the registration: no two of one process are equal, and later ones are greater
/// @param ids in order of registration, of items known or not
public record NamedSet(String name, long version, IdTable ids) {}

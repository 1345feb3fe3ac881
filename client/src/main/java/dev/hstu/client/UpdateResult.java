package dev.hstu.client;

import org.jspecify.annotations.Nullable;

/// What became of one line of a bulk update.
///
/// @param line counted from 1
/// @param sequence the change's place in the order of all; null where it was not taken
/// @param problem why it was not taken; null where it was
public record UpdateResult(
    int line, @Nullable String itemId, @Nullable Long sequence, @Nullable Problem problem) {}

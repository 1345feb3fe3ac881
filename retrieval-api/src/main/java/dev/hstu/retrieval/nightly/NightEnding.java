package dev.hstu.retrieval.nightly;

import org.jspecify.annotations.Nullable;

/// How a night was closed.
///
/// @param at UTC
/// @param generation what was published, null when the night failed
/// @param failedStep where it failed, null when it didn't or failed between steps
/// @param reason why, null when it didn't
public record NightEnding(
    String at,
    @Nullable String generation,
    @Nullable NightStep failedStep,
    @Nullable String reason) {}

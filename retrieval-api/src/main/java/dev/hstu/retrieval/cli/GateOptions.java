package dev.hstu.retrieval.cli;

import dev.hstu.retrieval.config.GateSettings;
import dev.hstu.retrieval.config.InvalidSettingException;
import dev.hstu.retrieval.gate.ForceReason;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of every verb that publishes.
final class GateOptions {

  @Option(
      names = "--force",
      paramLabel = "REASON",
      description = {
        "Publish even if the gate blocks, and keep this reason in publications.log: one line of",
        "at least 10 characters."
      })
  private @Nullable String force;

  @Option(
      names = "--gate",
      paramLabel = "FILE",
      description = {
        "YAML with the gate's bounds, gate.*; the service's file will do. The environment wins over",
        "it. CONFIGURATION.md lists them all."
      })
  private @Nullable Path bounds;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Also writes the gate's verdict as a page.")
  private @Nullable Path html;

  /// @throws IllegalArgumentException when the reason says nothing
  Optional<ForceReason> forceReason() {
    return Optional.ofNullable(force).map(ForceReason::new);
  }

  /// @throws UserError naming the key that is wrong
  GateSettings settings() {
    try {
      return GateSettings.of(new SettingSources().and(bounds));
    } catch (InvalidSettingException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  Optional<Path> html() {
    return Optional.ofNullable(html);
  }
}

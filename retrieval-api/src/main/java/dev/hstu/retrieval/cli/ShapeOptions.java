package dev.hstu.retrieval.cli;

import dev.hstu.encoder.model.HstuConfig;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that say how wide, deep and long-sighted a model is; one that is left out is the
/// preset's, whatever the others are.
final class ShapeOptions {

  @Option(names = "--dim", description = "Width of an item's embedding, D. Default: the preset's.")
  private @Nullable Integer dim;

  @Option(names = "--blocks", description = "Blocks, b. Default: the preset's.")
  private @Nullable Integer blocks;

  @Option(names = "--heads", description = "Heads of a block, h. Default: the preset's.")
  private @Nullable Integer heads;

  @Option(
      names = "--head-dim",
      description = {
        "Width of each head: of its queries and keys (dqk) and of its values (dv).",
        "Default: the preset's."
      })
  private @Nullable Integer headDim;

  @Option(
      names = "--window",
      description = {
        "Newest events of a user that the model reads, Nmax: work grows with its square.",
        "Default: the preset's."
      })
  private @Nullable Integer window;

  /// The shapes of a preset with those of the command line in their places.
  ///
  /// @throws UserError naming the option out of bounds
  HstuConfig over(HstuConfig preset) {
    return new HstuConfig(
        preset.items(),
        within("--window", window, preset.maxEvents(), HstuConfig.MAX_EVENTS),
        preset.outputSlots(),
        within("--dim", dim, preset.embeddingDim(), HstuConfig.MAX_WIDTH),
        within("--heads", heads, preset.heads(), HstuConfig.MAX_HEADS),
        within("--head-dim", headDim, preset.queryDim(), HstuConfig.MAX_WIDTH),
        within("--head-dim", headDim, preset.valueDim(), HstuConfig.MAX_WIDTH),
        within("--blocks", blocks, preset.blocks(), HstuConfig.MAX_BLOCKS),
        preset.temperature(),
        preset.windowHop(),
        preset.features());
  }

  private static int within(String option, @Nullable Integer given, int otherwise, int most) {
    if (given == null) {
      return otherwise;
    }
    if (given < 1 || given > most) {
      throw new UserError("%s=%d must be within 1..%d".formatted(option, given, most));
    }
    return given;
  }
}

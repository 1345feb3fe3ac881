package dev.hstu.retrieval.cli;

import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.model.SasRecConfig;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that say how wide, deep and long-sighted a model is; one that is left out is the
/// preset's, whatever the others are.
final class ShapeOptions {

  @Option(
      names = "--dim",
      description = {
        "Width of an item's embedding, D; for sasrec of its hidden layer too.",
        "Default: the preset's."
      })
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
  NetworkConfig over(NetworkConfig preset) {
    return switch (preset) {
      case HstuConfig hstu -> over(hstu);
      case SasRecConfig sasRec -> over(sasRec);
    };
  }

  private HstuConfig over(HstuConfig preset) {
    return new HstuConfig(
        preset.items(),
        window(preset),
        preset.outputSlots(),
        dim(preset),
        heads(preset),
        within("--head-dim", headDim, preset.queryDim(), NetworkConfig.MAX_WIDTH),
        within("--head-dim", headDim, preset.valueDim(), NetworkConfig.MAX_WIDTH),
        blocks(preset),
        preset.temperature(),
        preset.windowHop(),
        preset.features());
  }

  private SasRecConfig over(SasRecConfig preset) {
    if (headDim != null) {
      throw new UserError(
          "--head-dim=%d is not for sasrec, whose heads share --dim".formatted(headDim));
    }
    int dim = dim(preset);
    int heads = heads(preset);
    if (dim % heads != 0) {
      throw new UserError("--heads=%d must divide the width %d of --dim".formatted(heads, dim));
    }
    return new SasRecConfig(
        preset.items(),
        window(preset),
        preset.outputSlots(),
        dim,
        heads,
        dim == preset.embeddingDim() ? preset.hiddenDim() : dim,
        blocks(preset),
        preset.temperature(),
        preset.windowHop(),
        preset.features());
  }

  private int window(NetworkConfig preset) {
    return within("--window", window, preset.maxEvents(), ModelConfig.MAX_EVENTS);
  }

  private int dim(NetworkConfig preset) {
    return within("--dim", dim, preset.embeddingDim(), NetworkConfig.MAX_WIDTH);
  }

  private int heads(NetworkConfig preset) {
    return within("--heads", heads, preset.heads(), NetworkConfig.MAX_HEADS);
  }

  private int blocks(NetworkConfig preset) {
    return within("--blocks", blocks, preset.blocks(), NetworkConfig.MAX_BLOCKS);
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

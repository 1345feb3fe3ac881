package dev.hstu.index;

import dev.hstu.index.generation.Generation;
import java.io.IOException;
import java.util.Optional;

/// Judges a generation before it gets its name. What is measured is the caller's affair: this
/// module knows no users.
@FunctionalInterface
public interface GenerationEvaluator {

  /// Measures nothing.
  GenerationEvaluator NONE = candidate -> Optional.empty();

  /// Evaluates `candidate`, which is whole but for its evaluation and closes afterwards. An
  /// exception ends the build and leaves nothing of it.
  Optional<GenerationEvaluation> evaluate(Generation candidate) throws IOException;
}

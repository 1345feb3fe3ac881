package dev.hstu.retrieval.http;

import dev.hstu.index.live.LiveIndex;
import dev.hstu.index.live.UpdatesRefusedException;
import dev.hstu.retrieval.serving.GenerationLease;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Why updates aren't taken, as problems.
final class UpdateProblems {

  private static final Logger LOG = LoggerFactory.getLogger(UpdateProblems.class);

  private UpdateProblems() {}

  /// The index to update.
  ///
  /// @throws InvalidRequestException when updates are switched off
  static LiveIndex liveIndex(GenerationLease lease) {
    return lease
        .generation()
        .live()
        .orElseThrow(
            () ->
                new InvalidRequestException(
                    ProblemType.UPDATES_DISABLED,
                    "",
                    "this service serves generations as they were built; set updates.enabled=true"
                        + " on the one process that is to take updates"));
  }

  /// The problem that a failure of [LiveIndex#submit] or of what it promised is.
  static Problem of(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return switch (cause) {
      case InvalidRequestException invalid -> invalid.problem();
      case UpdatesRefusedException refused ->
          Problem.of(
              refused.isPassing() ? ProblemType.OVERLOADED : ProblemType.UPDATES_FULL,
              String.valueOf(refused.getMessage()));
      case IllegalArgumentException unfit ->
          Problem.of(ProblemType.INVALID_ITEM, String.valueOf(unfit.getMessage()));
      default -> {
        String incident = UUID.randomUUID().toString();
        LOG.error("incident {}: an update failed", incident, cause);
        yield Problem.of(
            ProblemType.INTERNAL_ERROR,
            "the update is not known to be durable; the service's log says why under incident "
                + incident);
      }
    };
  }
}

package dev.hstu.retrieval.http;

import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The body of `POST /rollback`, which may be left out.
@Serdeable
@Schema(description = "Why to roll back; may be left out")
record RollbackRequest(
    @Schema(description = "For who reads publications.log", example = "the shop is empty")
        @Nullable String reason) {

  /// The reason, empty for none.
  ///
  /// @throws InvalidRequestException when it is no such body
  static Optional<String> read(byte[] body) {
    return OneText.read(body, "reason");
  }
}

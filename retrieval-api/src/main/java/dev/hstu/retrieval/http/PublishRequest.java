package dev.hstu.retrieval.http;

import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The body of `POST /generations/{id}/publish`, which may be left out.
@Serdeable
@Schema(description = "How to publish; may be left out")
record PublishRequest(
    @Schema(
            description =
                "Why a generation that the gate blocks is to serve all the same: one line of"
                    + " 10..500 characters, kept in publications.log",
            example = "the live one leaks, see incident 12")
        @Nullable String force) {

  /// The reason to force it, empty for none.
  ///
  /// @throws InvalidRequestException when it is no such body
  static Optional<String> read(byte[] body) {
    return OneText.read(body, "force");
  }
}

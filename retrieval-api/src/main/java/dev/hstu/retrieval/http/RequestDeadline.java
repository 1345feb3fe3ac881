package dev.hstu.retrieval.http;

import dev.hstu.retrieval.config.AdmissionSettings;
import io.micronaut.http.HttpRequest;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/// How long a request may take: what its header says, at most what the service is configured for.
/// A header, since it must be known before the body is read.
@Singleton
final class RequestDeadline {

  /// Whole milliseconds from the request's arrival to its answer.
  static final String HEADER = "Hstu-Deadline-Millis";

  private final AdmissionSettings settings;

  RequestDeadline(AdmissionSettings settings) {
    this.settings = settings;
  }

  /// In milliseconds, at least 1.
  ///
  /// @throws InvalidRequestException when the header is no such number
  int millis(HttpRequest<?> request) {
    @Nullable String sent = request.getHeaders().get(HEADER);
    if (sent == null) {
      return settings.deadlineMillis();
    }
    // Nine digits fit an int; who allows more than eleven days allows any time.
    if (!sent.matches("0*[1-9][0-9]{0,8}")) {
      throw new InvalidRequestException(
          ProblemType.OUT_OF_RANGE,
          null,
          "the header %s=%.20s must be whole milliseconds within 1..999999999; correct it or leave it out for %d"
              .formatted(HEADER, sent, settings.deadlineMillis()));
    }
    return Math.min(Integer.parseInt(sent), settings.deadlineMillis());
  }
}

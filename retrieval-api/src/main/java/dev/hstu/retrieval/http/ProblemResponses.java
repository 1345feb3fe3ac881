package dev.hstu.retrieval.http;

import dev.hstu.retrieval.config.AdmissionSettings;
import io.micronaut.core.type.Argument;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.json.JsonMapper;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;

/// Problems as answers. The body is bytes already, so that JSON is written on the thread that found
/// the problem and not on an event loop.
@Singleton
final class ProblemResponses {

  private static final Argument<Problem> PROBLEM = Argument.of(Problem.class);
  private static final MediaType PROBLEM_TYPE = MediaType.of(Problem.MEDIA_TYPE);

  private final JsonMapper json;
  private final String retryAfterSeconds;

  ProblemResponses(JsonMapper json, AdmissionSettings settings) {
    this.json = json;
    this.retryAfterSeconds = Integer.toString(settings.retryAfterSeconds());
  }

  /// The answer to a problem; one that passes by itself says when to try again.
  MutableHttpResponse<byte[]> of(Problem problem) {
    return write(problem, HttpResponse.status(HttpStatus.valueOf(problem.status())));
  }

  /// As [#of], into a response that already has headers.
  MutableHttpResponse<byte[]> write(Problem problem, MutableHttpResponse<?> response) {
    if (passes(problem)) {
      response.header(HttpHeaders.RETRY_AFTER, retryAfterSeconds);
    }
    return response.body(bytes(problem)).contentType(PROBLEM_TYPE);
  }

  private static boolean passes(Problem problem) {
    return problem.status() == HttpStatus.TOO_MANY_REQUESTS.getCode()
        || problem.status() == HttpStatus.SERVICE_UNAVAILABLE.getCode();
  }

  private byte[] bytes(Problem problem) {
    try {
      return json.writeValueAsBytes(PROBLEM, problem);
    } catch (IOException e) {
      throw new UncheckedIOException("a problem could not be written as JSON", e);
    }
  }
}

package dev.hstu.retrieval.http;

import dev.hstu.retrieval.config.ServingSettings;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpMethod;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.server.exceptions.response.Error;
import io.micronaut.http.server.exceptions.response.ErrorContext;
import io.micronaut.http.server.exceptions.response.ErrorResponseProcessor;
import jakarta.inject.Singleton;

/// The errors the HTTP server finds by itself (no such route, wrong method or media type, a body
/// too large, a request it cannot parse), as problems. Micronaut sends every error through here,
/// so that no page of its own and no stack trace leaves the process.
@Singleton
final class ServerErrors implements ErrorResponseProcessor<byte[]> {

  private final ProblemResponses responses;
  private final ServingSettings settings;

  ServerErrors(ProblemResponses responses, ServingSettings settings) {
    this.responses = responses;
    this.settings = settings;
  }

  @Override
  public MutableHttpResponse<byte[]> processResponse(
      ErrorContext context, MutableHttpResponse<?> response) {
    HttpStatus status = response.getStatus();
    Problem problem = problem(context, status);
    MutableHttpResponse<?> answer = response.status(problem.status());
    if (status == HttpStatus.REQUEST_ENTITY_TOO_LARGE) {
      // What is left of the body stays unread, so nothing can follow it on this connection.
      answer.header(HttpHeaders.CONNECTION, "close");
    }
    return responses.write(problem, answer);
  }

  private Problem problem(ErrorContext context, HttpStatus status) {
    HttpRequest<?> request = context.getRequest();
    HttpMethod method = request.getMethod();
    String path = request.getPath();
    return switch (status) {
      case NOT_FOUND ->
          Problem.of(
              ProblemType.NOT_FOUND,
              "%s is not a route; POST /retrieve is the main one and GET /openapi.yml lists all"
                  .formatted(path));
      case METHOD_NOT_ALLOWED ->
          Problem.of(
              ProblemType.METHOD_NOT_ALLOWED,
              "%s does not take %s; the Allow header says what it takes".formatted(path, method));
      case NOT_ACCEPTABLE ->
          Problem.of(
              ProblemType.NOT_ACCEPTABLE,
              "%s cannot answer as Accept asks; GET /openapi.yml says what it answers"
                  .formatted(path));
      case UNSUPPORTED_MEDIA_TYPE ->
          Problem.of(
              ProblemType.UNSUPPORTED_MEDIA_TYPE,
              path.equals(ItemsController.BULK_PATH) || path.equals(BatchController.PATH)
                  ? "%s takes lines of JSON only; send Content-Type: %s"
                      .formatted(path, SetsController.NDJSON)
                  : "%s takes JSON only; send Content-Type: application/json".formatted(path));
      case REQUEST_ENTITY_TOO_LARGE -> tooLarge(context);
      default -> other(context, status);
    };
  }

  /// A body too large is found by an exception in reading it, a head too large by the HTTP decoder.
  private Problem tooLarge(ErrorContext context) {
    String path = context.getRequest().getPath();
    if (path.startsWith(SetsController.PATH) || path.equals(ItemsController.BULK_PATH)) {
      return Problem.of(
          ProblemType.BODY_TOO_LARGE,
          "the body is larger than %d bytes; send it in parts, or raise serving.max-upload-bytes"
              .formatted(settings.maxUploadBytes()));
    }
    return context.getRootCause().isPresent()
        ? Problem.of(
            ProblemType.BODY_TOO_LARGE,
            "the body is larger than %d bytes; send fewer events, or raise serving.max-body-bytes"
                .formatted(settings.maxBodyBytes()))
        : Problem.of(
            ProblemType.HEADERS_TOO_LARGE,
            "the headers are larger than %d bytes; send fewer, or raise serving.max-header-bytes"
                .formatted(settings.maxHeaderBytes()));
  }

  private static Problem other(ErrorContext context, HttpStatus status) {
    if (status.getCode() >= 500) {
      return Problem.of(
          ProblemType.INTERNAL_ERROR, "the service failed on this request; its log says why");
    }
    String message =
        context.getErrors().stream().map(Error::getMessage).findFirst().orElse(status.getReason());
    return Problem.of(
        ProblemType.BAD_REQUEST, "%s; send a request as in /openapi.yml".formatted(message));
  }
}

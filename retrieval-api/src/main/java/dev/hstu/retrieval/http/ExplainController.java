package dev.hstu.retrieval.http;

import dev.hstu.retrieval.access.Role;
import dev.hstu.retrieval.retrieve.RetrievalBuffers;
import dev.hstu.retrieval.serving.RetrievalWorkers;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.concurrent.CompletionStage;

/// `POST /explain`: why an item was returned or not, admitted as retrievals are; the answer itself
/// is [ExplainAnswers]'.
@Controller
@Tag(name = "retrieval")
final class ExplainController {

  private static final byte[] NO_BODY = new byte[0];

  private final ExplainAnswers answers;
  private final RetrievalWorkers workers;
  private final Refusals refusals;
  private final ProblemResponses problems;

  ExplainController(
      ExplainAnswers answers,
      RetrievalWorkers workers,
      Refusals refusals,
      ProblemResponses problems) {
    this.answers = answers;
    this.workers = workers;
    this.refusals = refusals;
    this.problems = problems;
  }

  @Needs(Role.READ)
  @Post("/explain")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      operationId = "explain",
      summary = "Why an item was returned for a history, or why not",
      description =
          "Answers the request as POST /retrieve does, without its caches and in full whatever the"
              + " load, and looks for the item. Meant for people: it takes a retrieval, the encoding of"
              + " as many histories as events are tried, and a comparison with every item",
      requestBody =
          @RequestBody(
              required = true,
              content =
                  @Content(
                      mediaType = MediaType.APPLICATION_JSON,
                      schema = @Schema(implementation = ExplainRequestSchema.class))))
  @ApiResponse(
      responseCode = "200",
      description = "The first cause, and what the score is made of",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = ExplainResponse.class)))
  @ApiResponse(
      responseCode = "4XX",
      description = "What is wrong with the request and what to do about it",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "5XX",
      description = "What is wrong with the service and when to try again",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  CompletionStage<MutableHttpResponse<byte[]>> explain(HttpRequest<byte[]> request) {
    byte[] body = request.getBody().orElse(NO_BODY);
    return refusals.answerOf(workers.submit(buffers -> answer(body, buffers)), problems::of);
  }

  private MutableHttpResponse<byte[]> answer(byte[] body, RetrievalBuffers buffers) {
    try {
      return answers
          .answer(body, buffers)
          .<MutableHttpResponse<byte[]>>map(
              json -> HttpResponse.ok(json).contentType(MediaType.APPLICATION_JSON_TYPE))
          .orElseGet(() -> problems.of(refusals.notReady()));
    } catch (InvalidRequestException e) {
      return problems.of(e.problem());
    }
  }
}

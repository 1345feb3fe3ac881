package dev.hstu.retrieval.http;

import dev.hstu.retrieval.access.Role;
import dev.hstu.retrieval.admission.WorkKind;
import dev.hstu.retrieval.retrieve.PendingRetrieval;
import dev.hstu.retrieval.retrieve.RetrievalBuffers;
import dev.hstu.retrieval.serving.Progress;
import dev.hstu.retrieval.serving.RetrievalWorkers;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.concurrent.CompletionStage;

/// `POST /embed`: user embeddings for a ranker, admitted as retrievals are; the answer itself is
/// [EmbedAnswers]'.
@Controller
@Tag(name = "retrieval")
final class EmbedController {

  private static final byte[] NO_BODY = new byte[0];

  private final EmbedAnswers answers;
  private final RetrievalWorkers workers;
  private final Refusals refusals;
  private final ProblemResponses problems;

  EmbedController(
      EmbedAnswers answers,
      RetrievalWorkers workers,
      Refusals refusals,
      ProblemResponses problems) {
    this.answers = answers;
    this.workers = workers;
    this.refusals = refusals;
    this.problems = problems;
  }

  @Needs(Role.READ)
  @Post("/embed")
  @Consumes(MediaType.APPLICATION_JSON)
  @Produces({MediaType.APPLICATION_JSON, MediaType.APPLICATION_OCTET_STREAM})
  @Operation(
      operationId = "embed",
      summary = "What the model makes of one history, or of a list of them",
      description =
          "The same history and request time give the embedding that POST /retrieve searches with."
              + " With Accept: application/octet-stream the answer is rows of little-endian"
              + " float32, zeros where no event's item is known",
      requestBody =
          @RequestBody(
              required = true,
              content =
                  @Content(
                      mediaType = MediaType.APPLICATION_JSON,
                      schema = @Schema(implementation = HistorySchema.class))))
  @ApiResponse(
      responseCode = "200",
      description = "One embedding a history, in their order",
      headers = {
        @Header(
            name = EmbedAnswers.SHAPE,
            description = "Of float32 rows: histories and dimension, e.g. 3,64",
            schema = @Schema(type = "string")),
        @Header(
            name = EmbedAnswers.GENERATION,
            description = "Of float32 rows: the generation that answered",
            schema = @Schema(type = "string")),
        @Header(
            name = EmbedAnswers.MODEL,
            description = "Of float32 rows: the fingerprint of its model",
            schema = @Schema(type = "string"))
      },
      content = {
        @Content(
            mediaType = MediaType.APPLICATION_JSON,
            schema = @Schema(implementation = EmbedResponse.class)),
        @Content(
            mediaType = MediaType.APPLICATION_OCTET_STREAM,
            schema = @Schema(type = "string", format = "binary"))
      })
  @AnswersWithProblems
  CompletionStage<MutableHttpResponse<byte[]>> embed(HttpRequest<byte[]> request) {
    long arrivedNanos = System.nanoTime();
    byte[] body = request.getBody().orElse(NO_BODY);
    boolean raw = wantsFloat32(request);
    PendingRetrieval pending =
        new PendingRetrieval(
            arrivedNanos,
            workers.deadlineNanos(arrivedNanos),
            workers.encoderWaits(WorkKind.WHOLE));
    return refusals.answerOf(
        workers.submitWhole(buffers -> step(body, raw, buffers, pending)), problems::of);
  }

  private Progress<MutableHttpResponse<byte[]>> step(
      byte[] body, boolean raw, RetrievalBuffers buffers, PendingRetrieval pending) {
    try {
      return switch (answers.answer(body, raw, buffers, pending)) {
        case EmbedAnswers.Reply.Answered(MutableHttpResponse<byte[]> answer) ->
            new Progress.Done<>(answer);
        case EmbedAnswers.Reply.NoGeneration() ->
            new Progress.Done<>(problems.of(refusals.notReady()));
        case EmbedAnswers.Reply.Waiting(CompletionStage<?> until) -> new Progress.Parked<>(until);
      };
    } catch (InvalidRequestException e) {
      return new Progress.Done<>(problems.of(e.problem()));
    }
  }

  /// Whether the first representation asked for that there is, is the raw one.
  private static boolean wantsFloat32(HttpRequest<?> request) {
    for (MediaType type : request.accept()) {
      if (type.matches(MediaType.APPLICATION_JSON_TYPE)) {
        return false;
      }
      if (type.matches(MediaType.APPLICATION_OCTET_STREAM_TYPE)) {
        return true;
      }
    }
    return false;
  }
}

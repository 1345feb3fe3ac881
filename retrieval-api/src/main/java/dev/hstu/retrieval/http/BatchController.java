package dev.hstu.retrieval.http;

import dev.hstu.retrieval.access.Role;
import dev.hstu.retrieval.config.AdmissionSettings;
import dev.hstu.retrieval.config.BatchSettings;
import dev.hstu.retrieval.config.ServingSettings;
import dev.hstu.retrieval.serving.GenerationSwitch;
import dev.hstu.retrieval.serving.RetrievalWorkers;
import dev.hstu.retrieval.telemetry.CurrentTrace;
import dev.hstu.retrieval.telemetry.RequestTrace;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.inject.Named;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// `POST /retrieve/batch`: many retrieve requests as lines, answered by lines while they come. What
/// happens to a line is [BatchAnswers]'; how many are under way is [BatchStream]'s and
/// [BatchLines]'.
@Controller
@Tag(name = "retrieval")
@ExecuteOn(TaskExecutors.BLOCKING)
final class BatchController {

  static final String PATH = "/retrieve/batch";

  private static final byte[] HEAD = new byte[0];

  private final BatchAnswers answers;
  private final RetrievalWorkers workers;
  private final GenerationSwitch generations;
  private final Refusals refusals;
  private final ProblemResponses problems;
  private final BatchSettings settings;
  private final AdmissionSettings admission;
  private final ServingSettings serving;
  private final Executor executor;

  /// Places for batches. Taken when an answer begins, so that one whose client left before then
  /// takes none.
  private final Semaphore places;

  BatchController(
      BatchAnswers answers,
      RetrievalWorkers workers,
      GenerationSwitch generations,
      Refusals refusals,
      ProblemResponses problems,
      BatchSettings settings,
      AdmissionSettings admission,
      ServingSettings serving,
      @Named(TaskExecutors.BLOCKING) ExecutorService executor) {
    this.answers = answers;
    this.workers = workers;
    this.generations = generations;
    this.refusals = refusals;
    this.problems = problems;
    this.settings = settings;
    this.admission = admission;
    this.serving = serving;
    this.executor = executor;
    this.places = new Semaphore(settings.maxStreams());
  }

  @Needs(Role.READ)
  @Post(PATH)
  @Consumes(SetsController.NDJSON)
  @Produces(SetsController.NDJSON)
  @Operation(
      operationId = "retrieveBatch",
      summary = "Answers many retrieve requests, one JSON object a line",
      description =
          "Each line is answered by one, in order, while later ones are still being sent; a bad line"
              + " gets its problem and spoils no other. A client must read while it sends: one that"
              + " doesn't is held back, and closed when nothing moves for serving.idle-seconds",
      requestBody =
          @RequestBody(
              required = true,
              content =
                  @Content(
                      mediaType = SetsController.NDJSON,
                      schema = @Schema(implementation = BatchRequestSchema.class))))
  @ApiResponse(
      responseCode = "200",
      description = "One answer a line",
      content =
          @Content(
              mediaType = SetsController.NDJSON,
              schema = @Schema(implementation = BatchLine.class)))
  @AnswersWithProblems
  HttpResponse<?> batch(@Body @Nullable InputStream body) throws IOException {
    InputStream lines = body == null ? InputStream.nullInputStream() : body;
    if (generations.current().isEmpty()) {
      return turnAway(lines, refusals.notReady());
    }
    if (places.availablePermits() == 0) {
      return turnAway(lines, tooMany());
    }
    RequestTrace trace = CurrentTrace.get();
    trace.stream();
    Answering answering = new Answering(new BatchLines(lines, settings, serving), trace);
    return HttpResponse.ok(new PulledAnswers(answering::next, answering::end, executor))
        .contentType(SetsController.NDJSON);
  }

  private HttpResponse<?> turnAway(InputStream body, Problem problem) throws IOException {
    try (body) {
      return problems.of(problem);
    }
  }

  private Problem tooMany() {
    return Problem.of(
        ProblemType.OVERLOADED,
        "%d batches are answered already; try again after Retry-After seconds, or raise"
                .formatted(settings.maxStreams())
            + " batch.max-streams");
  }

  /// A batch and its place.
  private final class Answering {
    private final BatchLines lines;
    private final BatchStream stream;
    private final RequestTrace trace;
    private boolean begun;
    private boolean placed;
    private boolean ended;

    private Answering(BatchLines lines, RequestTrace trace) {
      this.lines = lines;
      this.trace = trace;
      this.stream = new BatchStream(lines, answers, workers, refusals, settings, admission);
    }

    /// The first piece is empty, so that the answer's head is sent before a line is asked for.
    byte @Nullable [] next() throws InterruptedException {
      if (begin()) {
        return HEAD;
      }
      try (CurrentTrace.Scope _ = CurrentTrace.set(trace)) {
        return stream.next();
      }
    }

    private synchronized boolean begin() {
      if (begun || ended) {
        return false;
      }
      begun = true;
      placed = places.tryAcquire();
      if (placed) {
        lines.start();
      } else {
        stream.refuse(tooMany());
      }
      return true;
    }

    synchronized void end() {
      ended = true;
      trace.streamed();
      stream.close();
      if (placed) {
        placed = false;
        places.release();
      }
    }
  }
}

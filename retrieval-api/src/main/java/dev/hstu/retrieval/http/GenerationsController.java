package dev.hstu.retrieval.http;

import dev.hstu.index.generation.DamagedGenerationException;
import dev.hstu.index.generation.PublicationRefusedException;
import dev.hstu.index.generation.UnknownGenerationException;
import dev.hstu.index.memory.InsufficientMemoryException;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.kernels.storage.DirectoryLockedException;
import dev.hstu.retrieval.access.AccessKeys;
import dev.hstu.retrieval.access.Role;
import dev.hstu.retrieval.config.ServingSettings;
import dev.hstu.retrieval.gate.ForceReason;
import dev.hstu.retrieval.gate.GatedPublication;
import dev.hstu.retrieval.gate.OutdatedVerdictException;
import dev.hstu.retrieval.gate.Publications;
import dev.hstu.retrieval.serving.PublicationRuns;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// `/generations` and `/rollback`: which generations there are and which one serves. A publication
/// goes through the gate as one on the command line does ([GatedPublication]), and is taken up as
/// one of there is: by `CURRENT`.
@Controller
@Tag(name = "generations")
@ExecuteOn(TaskExecutors.BLOCKING)
@AnswersWithProblems
final class GenerationsController {

  static final String PATH = "/generations";
  static final String ROLLBACK_PATH = "/rollback";

  private static final byte[] NO_BODY = new byte[0];

  private final GenerationReports reports;
  private final PublicationRuns runs;
  private final Refusals refusals;
  private final ProblemResponses problems;
  private final long patienceMillis;

  GenerationsController(
      GenerationReports reports,
      PublicationRuns runs,
      Refusals refusals,
      ProblemResponses problems,
      ServingSettings settings) {
    this.reports = reports;
    this.runs = runs;
    this.refusals = refusals;
    this.problems = problems;
    // A connection that is quiet for serving.idle-seconds is closed, whatever it waits for.
    this.patienceMillis = TimeUnit.SECONDS.toMillis(settings.idleSeconds()) / 2;
  }

  @Needs(Role.READ)
  @Get(PATH)
  @Operation(
      operationId = "generations",
      summary = "The generations, the youngest first, and which of them serves")
  @ApiResponse(
      responseCode = "200",
      description = "At most 50; more counts the rest",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = GenerationReport.All.class)))
  HttpResponse<?> list() {
    try {
      return HttpResponse.ok(reports.all());
    } catch (IOException e) {
      return problems.of(problem(e));
    }
  }

  @Needs(Role.READ)
  @Get(PATH + "/{id}")
  @Operation(
      operationId = "generation",
      summary = "One generation, the gate's verdict on it and when it was published")
  @ApiResponse(
      responseCode = "200",
      description = "It is there, whole or not",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = GenerationReport.Details.class)))
  HttpResponse<?> one(String id) {
    try {
      return reports
          .details(id)
          .<HttpResponse<?>>map(HttpResponse::ok)
          .orElseGet(() -> problems.of(unknown(id)));
    } catch (IOException e) {
      return problems.of(problem(e));
    }
  }

  @Audited("publish")
  @Needs(Role.ADMIN)
  @Post(PATH + "/{id}/publish")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      operationId = "publish",
      summary = "Judges a generation by the publish gate and makes it current",
      description =
          "Judged as by hstu publish, one at a time. A blocked generation is answered 409 with the"
              + " verdict, unless force gives the reason to publish it all the same. A running"
              + " service takes up what is current within generations.poll-millis",
      requestBody =
          @RequestBody(
              content =
                  @Content(
                      mediaType = MediaType.APPLICATION_JSON,
                      schema = @Schema(implementation = PublishRequest.class))))
  @ApiResponse(
      responseCode = "200",
      description = "It is current",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = GenerationReport.Published.class)))
  @ApiResponse(
      responseCode = "202",
      description =
          "The gate still judges after half of serving.idle-seconds and goes on;"
              + " GET /generations/{id} will have the verdict",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = GenerationReport.UnderWay.class)))
  CompletionStage<? extends HttpResponse<?>> publish(String id, HttpRequest<byte[]> request) {
    try {
      @Nullable ForceReason force =
          PublishRequest.read(request.getBody().orElse(NO_BODY)).map(ForceReason::new).orElse(null);
      return answer(
          runs.publish(id, user(request), force), outcome -> published(outcome, request), id);
    } catch (InvalidRequestException e) {
      return refused(e.problem());
    } catch (IllegalArgumentException e) {
      return refused(
          Problem.at(ProblemType.OUT_OF_RANGE, "/force", String.valueOf(e.getMessage())));
    }
  }

  @Audited("rollback")
  @Needs(Role.ADMIN)
  @Post(ROLLBACK_PATH)
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      operationId = "rollback",
      summary = "Makes the generation current that was so before",
      description =
          "The gate isn't asked; whether the generation is whole is checked. publications.log says"
              + " who did so, when and why",
      requestBody =
          @RequestBody(
              content =
                  @Content(
                      mediaType = MediaType.APPLICATION_JSON,
                      schema = @Schema(implementation = RollbackRequest.class))))
  @ApiResponse(
      responseCode = "200",
      description = "It is current",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = GenerationReport.RolledBack.class)))
  @ApiResponse(
      responseCode = "202",
      description = "It is still checked, and goes on",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = GenerationReport.UnderWay.class)))
  CompletionStage<? extends HttpResponse<?>> rollBack(HttpRequest<byte[]> request) {
    try {
      @Nullable String reason =
          RollbackRequest.read(request.getBody().orElse(NO_BODY)).orElse(null);
      return answer(runs.rollBack(user(request), reason), done -> rolledBack(done, request), null);
    } catch (InvalidRequestException e) {
      return refused(e.problem());
    }
  }

  private HttpResponse<?> published(GatedPublication.Outcome outcome, HttpRequest<?> request)
      throws IOException {
    VerdictReport verdict = VerdictReport.of(outcome.verdict());
    if (!outcome.published()) {
      AuditFilter.detail(request, verdict.summary());
      return problems.of(
          Problem.of(
                  ProblemType.PUBLICATION_BLOCKED,
                  verdict.summary() + "; mend it, or send force with a reason, which is logged")
              .with(verdict));
    }
    AuditFilter.detail(request, outcome.forced() ? "forced; " + verdict.summary() : "passed");
    return HttpResponse.ok(reports.published(outcome, verdict));
  }

  private static HttpResponse<?> rolledBack(Publications.Return done, HttpRequest<?> request) {
    AuditFilter.detail(request, "to %s from %s".formatted(done.current(), done.left()));
    return HttpResponse.ok(
        new GenerationReport.RolledBack(done.current(), done.left(), done.unlogged()));
  }

  /// Makes an answer of an outcome; may read files.
  @FunctionalInterface
  private interface Told<T> {
    HttpResponse<?> of(T outcome) throws IOException;
  }

  /// @param id of the generation to look at meanwhile; null for all
  private <T> CompletionStage<? extends HttpResponse<?>> answer(
      PublicationRuns.Begun<T> begun, Told<T> told, @Nullable String id) {
    return switch (begun) {
      case PublicationRuns.Begun.Busy<T>(PublicationRuns.UnderWay other) -> refused(busy(other));
      case PublicationRuns.Begun.Started<T>(
              PublicationRuns.UnderWay run,
              CompletableFuture<T> ended) -> {
        HttpResponse<?> later =
            HttpResponse.accepted()
                .header(HttpHeaders.LOCATION, id == null ? PATH : PATH + "/" + id)
                .body(GenerationReport.UnderWay.of(run));
        yield ended
            .<HttpResponse<?>>thenApply(outcome -> told(told, outcome))
            .exceptionally(failure -> problems.of(problem(failure)))
            .completeOnTimeout(later, patienceMillis, TimeUnit.MILLISECONDS);
      }
    };
  }

  private static <T> HttpResponse<?> told(Told<T> told, T outcome) {
    try {
      return told.of(outcome);
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  private CompletionStage<? extends HttpResponse<?>> refused(Problem problem) {
    return CompletableFuture.completedFuture(problems.of(problem));
  }

  private static Problem busy(PublicationRuns.UnderWay other) {
    String what =
        other.generation() == null
            ? "a rollback has"
            : "the publication of %s has".formatted(other.generation());
    return Problem.of(
        ProblemType.PUBLICATION_UNDER_WAY,
        "%s been under way since %s; wait for it, GET /generations tells"
            .formatted(what, other.since()));
  }

  private static Problem unknown(String id) {
    return Problem.of(
        ProblemType.UNKNOWN_GENERATION,
        "no generation is called '%.80s'; GET /generations lists all".formatted(id));
  }

  private Problem problem(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return switch (cause) {
      case UnknownGenerationException _ ->
          Problem.of(
              ProblemType.UNKNOWN_GENERATION,
              "there is no such generation; GET /generations lists all");
      case DirectoryLockedException locked ->
          Problem.of(ProblemType.PUBLICATION_UNDER_WAY, String.valueOf(locked.getMessage()));
      case InsufficientMemoryException tooLittle ->
          Problem.of(
              ProblemType.NOT_ENOUGH_MEMORY,
              "by serving.ram %s; or judge elsewhere, by hstu publish"
                  .formatted(tooLittle.getMessage()));
      case PublicationRefusedException refused ->
          Problem.of(ProblemType.PUBLICATION_REFUSED, String.valueOf(refused.getMessage()));
      case OutdatedVerdictException outdated ->
          Problem.of(ProblemType.PUBLICATION_REFUSED, String.valueOf(outdated.getMessage()));
      case DamagedGenerationException damaged ->
          Problem.of(
              ProblemType.PUBLICATION_REFUSED,
              damaged.getMessage() + "; publish or build another one");
      case DamagedFileException damaged ->
          Problem.of(
              ProblemType.PUBLICATION_REFUSED,
              damaged.getMessage() + "; publish a generation by its id");
      default -> refusals.failed(cause);
    };
  }

  /// Who the log says did it.
  private static String user(HttpRequest<?> request) {
    String caller = AccessFilter.caller(request).orElse(AccessKeys.NO_KEYS);
    return caller.equals(AccessKeys.NO_KEYS)
        ? "a caller of the service"
        : "the key %s".formatted(caller);
  }
}

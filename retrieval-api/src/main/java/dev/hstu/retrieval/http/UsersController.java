package dev.hstu.retrieval.http;

import dev.hstu.retrieval.access.Role;
import dev.hstu.retrieval.cache.RetrievalCaches;
import dev.hstu.retrieval.config.RetrievalSettings;
import dev.hstu.retrieval.receipts.RecallReceipts;
import dev.hstu.retrieval.serving.ServerClock;
import dev.hstu.retrieval.users.AppendReceipt;
import dev.hstu.retrieval.users.AttributeEntry;
import dev.hstu.retrieval.users.Forgotten;
import dev.hstu.retrieval.users.StoredHistory;
import dev.hstu.retrieval.users.UserEvent;
import dev.hstu.retrieval.users.UserStore;
import dev.hstu.retrieval.users.UsersRefusedException;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Put;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `/users`: what is stored of users. Their events and attributes serve `GET /retrieve/{userId}`
/// and every request that names them.
@Controller(UsersController.PATH)
@Tag(name = "users")
@ExecuteOn(TaskExecutors.BLOCKING)
@AnswersWithProblems
final class UsersController {

  static final String PATH = "/users";

  private static final Logger LOG = LoggerFactory.getLogger(UsersController.class);
  private static final byte[] NO_BODY = new byte[0];

  /// How far the clocks of those who record events may be ahead of the server's.
  private static final long MAX_AHEAD_SECONDS = TimeUnit.DAYS.toSeconds(1);

  private final UserHistories users;
  private final RetrieveRequestReader reader;
  private final RetrievalCaches caches;
  private final RecallReceipts receipts;
  private final RetrievalSettings limits;
  private final ServerClock clock;
  private final ProblemResponses problems;

  UsersController(
      UserHistories users,
      RetrieveRequestReader reader,
      RetrievalCaches caches,
      RecallReceipts receipts,
      RetrievalSettings limits,
      ServerClock clock,
      ProblemResponses problems) {
    this.users = users;
    this.reader = reader;
    this.caches = caches;
    this.receipts = receipts;
    this.limits = limits;
    this.clock = clock;
    this.problems = problems;
  }

  @Unaudited("a line an event would keep in the audit log what a deletion is to erase")
  @Needs(Role.WRITE)
  @Put("/{id}/events")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      operationId = "putUserEvents",
      summary = "Adds events and attributes to a user's history",
      description =
          "In any order; they are kept in order of time. Events with equal item, time and action are"
              + " kept once, so that sending them again changes nothing. Beyond users.max-events the"
              + " oldest are dropped. Of userAttributes the changes are kept: what says that a series"
              + " holds what it held before is left out, so send changes in their order. A 200 means"
              + " that all are on the disk",
      requestBody =
          @RequestBody(
              required = true,
              content =
                  @Content(
                      mediaType = MediaType.APPLICATION_JSON,
                      schema = @Schema(implementation = UserEventsSchema.class))))
  @ApiResponse(
      responseCode = "200",
      description = "Durable",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = UserReports.Receipt.class)))
  HttpResponse<?> put(String id, HttpRequest<byte[]> request) {
    return answer(
        () -> {
          UserStore store = users.required();
          requireId(id);
          RetrieveRequest sent = reader.readStored(request.getBody().orElse(NO_BODY));
          requireSomething(sent);
          AppendReceipt receipt = store.append(id, events(sent), attributes(sent)).join();
          return HttpResponse.ok(UserReports.Receipt.of(id, receipt));
        });
  }

  @Needs(Role.READ)
  @Get("/{id}")
  @Operation(operationId = "user", summary = "What is stored of a user")
  @ApiResponse(
      responseCode = "200",
      description = "The user's events and attributes",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = UserReports.Stored.class)))
  HttpResponse<?> get(String id) {
    return answer(
        () -> {
          UserStore store = users.required();
          requireId(id);
          StoredHistory history = store.history(id);
          int served = store.servedItems(id);
          if (history.isEmpty() && served == 0) {
            throw unknown(id);
          }
          return HttpResponse.ok(UserReports.Stored.of(id, history, served));
        });
  }

  @Audited("delete-user")
  @Needs(Role.WRITE)
  @Delete("/{id}")
  @Operation(
      operationId = "deleteUser",
      summary = "Forgets a user; of an unknown one nothing is left either",
      description =
          "When it is answered, nothing of the user is in memory, in the caches or in a file of the"
              + " store; they have been written anew. The audit log keeps who had which id forgotten")
  @ApiResponse(
      responseCode = "200",
      description = "What went",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = UserReports.Gone.class)))
  HttpResponse<?> delete(String id, HttpRequest<?> request) {
    return answer(
        () -> {
          UserStore store = users.required();
          requireId(id);
          Forgotten forgotten = store.forget(id).join();
          RetrievalCaches.Forgotten kept = caches.forget(id);
          int waiting = receipts.forget(id);
          AuditFilter.detail(
              request,
              "%d events, %d attributes, %d served items"
                  .formatted(forgotten.events(), forgotten.attributes(), forgotten.servedItems()));
          return HttpResponse.ok(
              new UserReports.Gone(
                  id,
                  forgotten.events(),
                  forgotten.attributes(),
                  forgotten.servedItems(),
                  kept.embeddings(),
                  kept.lists(),
                  waiting));
        });
  }

  /// No such user.
  static InvalidRequestException unknown(String id) {
    return new InvalidRequestException(
        ProblemType.UNKNOWN_USER,
        null,
        "nothing is stored of user '%s'; PUT /users/{id}/events first".formatted(shortened(id)));
  }

  private static void requireSomething(RetrieveRequest sent) {
    if (sent.events().isEmpty() && sent.userAttributes().isEmpty()) {
      throw new InvalidRequestException(
          ProblemType.MISSING_FIELD,
          "/events",
          "there are neither events nor userAttributes; send at least one");
    }
  }

  private static List<AttributeEntry> attributes(RetrieveRequest sent) {
    return sent.userAttributes().stream()
        .map(said -> new AttributeEntry(said.name(), said.value(), said.since()))
        .toList();
  }

  private List<UserEvent> events(RetrieveRequest request) {
    List<RetrieveRequest.Event> sent = request.events();
    long latest = clock.seconds() + MAX_AHEAD_SECONDS;
    for (int i = 0; i < sent.size(); i++) {
      if (sent.get(i).timestamp() > latest) {
        throw new InvalidRequestException(
            ProblemType.FUTURE_EVENT,
            "/events/%d/timestamp".formatted(i),
            "timestamp=%d is more than a day later than the server's clock=%d; correct it"
                .formatted(sent.get(i).timestamp(), clock.seconds()));
      }
    }
    return sent.stream()
        .map(event -> new UserEvent(event.itemId(), event.timestamp(), event.action()))
        .toList();
  }

  private void requireId(String id) {
    if (id.length() > limits.maxIdLength()) {
      throw new IllegalArgumentException(
          "the user's id has %d characters and must have 1..%d; send the id itself"
              .formatted(id.length(), limits.maxIdLength()));
    }
  }

  private HttpResponse<?> answer(Supplier<HttpResponse<?>> work) {
    try {
      return work.get();
    } catch (InvalidRequestException e) {
      return problems.of(e.problem());
    } catch (IllegalArgumentException e) {
      return problems.of(Problem.of(ProblemType.OUT_OF_RANGE, String.valueOf(e.getMessage())));
    } catch (CompletionException e) {
      return problems.of(problem(e.getCause() == null ? e : e.getCause()));
    }
  }

  private static Problem problem(Throwable cause) {
    if (cause instanceof UsersRefusedException refused) {
      return Problem.of(
          refused.isPassing() ? ProblemType.OVERLOADED : ProblemType.USERS_FULL,
          String.valueOf(refused.getMessage()));
    }
    String incident = UUID.randomUUID().toString();
    LOG.error("incident {}: a change of a user failed", incident, cause);
    return Problem.of(
        ProblemType.INTERNAL_ERROR,
        "the change is not known to be durable; the service's log says why under incident "
            + incident);
  }

  private static String shortened(String id) {
    return id.length() <= 40 ? id : id.substring(0, 40) + "...";
  }
}

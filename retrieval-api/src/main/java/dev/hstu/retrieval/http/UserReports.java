package dev.hstu.retrieval.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.hstu.retrieval.http.RetrieveRequest.Event;
import dev.hstu.retrieval.http.RetrieveRequest.UserAttribute;
import dev.hstu.retrieval.users.AppendReceipt;
import dev.hstu.retrieval.users.StoredHistory;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/// The answers of `/users`.
public final class UserReports {

  private UserReports() {}

  /// The answer of `PUT /users/{id}/events`: what was taken is on the disk.
  @Serdeable
  @Schema(
      name = "UserEventsReceipt",
      description = "What became of the events and attributes; all durable")
  public record Receipt(
      String userId,
      @Schema(description = "Events kept from now on", example = "2") int added,
      @Schema(description = "Events there already, or sent twice: item, time and action are equal")
          int known,
      @Schema(description = "The oldest events, stored or sent, dropped beyond users.max-events")
          int dropped,
      @Schema(description = "Events of the user now", example = "17") int events,
      @Schema(
              description = "Attributes kept from now on: those that say a change not known before",
              example = "1")
          int addedAttributes,
      @Schema(description = "Attributes of the user now", example = "3") int userAttributes) {

    static Receipt of(String userId, AppendReceipt receipt) {
      return new Receipt(
          userId,
          receipt.added(),
          receipt.known(),
          receipt.dropped(),
          receipt.events(),
          receipt.addedAttributes(),
          receipt.attributes());
    }
  }

  /// The answer of `GET /users/{id}`.
  @Serdeable
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "StoredUser", description = "What is stored of a user")
  public record Stored(
      String userId,
      @Schema(description = "Oldest first") List<Event> events,
      @Schema(description = "Changes of slow series, oldest first")
          List<UserAttribute> userAttributes,
      @Schema(description = "Items remembered as served, as far as they are on the disk")
          int servedItems) {

    static Stored of(String userId, StoredHistory history, int servedItems) {
      return new Stored(
          userId,
          history.events().events().stream()
              .map(event -> new Event(event.itemId(), event.time(), event.action()))
              .toList(),
          UserHistories.asSent(history.attributes()),
          servedItems);
    }
  }

  /// The answer of `DELETE /users/{id}`.
  @Serdeable
  @Schema(
      name = "ForgottenUser",
      description = "What went, from memory and from every file of the store")
  public record Gone(
      String userId,
      @Schema(description = "Stored events") int events,
      @Schema(description = "Stored attributes") int userAttributes,
      @Schema(description = "Items remembered as served") int servedItems,
      @Schema(description = "Embeddings kept from requests that named the user")
          int cachedEmbeddings,
      @Schema(description = "Lists of candidates kept from them") int cachedLists,
      @Schema(description = "Answers to them that waited to be measured for GET /recall")
          int waitingAnswers) {}
}

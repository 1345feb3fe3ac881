package dev.hstu.retrieval.http;

import dev.hstu.index.filter.InvalidFilterException;
import dev.hstu.retrieval.explain.Explanation;
import dev.hstu.retrieval.explain.LeftOut;
import dev.hstu.retrieval.retrieve.RetrievalBuffers;
import dev.hstu.retrieval.retrieve.RetrievalQuery;
import dev.hstu.retrieval.serving.GenerationLease;
import dev.hstu.retrieval.serving.GenerationSwitch;
import dev.hstu.retrieval.serving.LiveGeneration;
import io.micronaut.core.type.Argument;
import io.micronaut.json.JsonMapper;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;

/// One question why from its bytes to the answer's bytes, on one worker thread and under one lease.
@Singleton
final class ExplainAnswers {

  private static final Argument<ExplainResponse> RESPONSE = Argument.of(ExplainResponse.class);

  private final RetrieveRequestReader reader;
  private final RequestRules rules;
  private final UserHistories users;
  private final GenerationSwitch generations;
  private final JsonMapper json;

  ExplainAnswers(
      RetrieveRequestReader reader,
      RequestRules rules,
      UserHistories users,
      GenerationSwitch generations,
      JsonMapper json) {
    this.reader = reader;
    this.rules = rules;
    this.users = users;
    this.generations = generations;
    this.json = json;
  }

  /// Answers one question.
  ///
  /// @return empty when no generation serves
  /// @throws InvalidRequestException when the request breaks the contract
  Optional<byte[]> answer(byte[] body, RetrievalBuffers buffers) {
    RetrieveRequestReader.ExplainRequest asked = reader.readExplain(body);
    String itemId = asked.itemId();
    if (itemId == null) {
      throw new InvalidRequestException(
          ProblemType.MISSING_FIELD,
          "/itemId",
          "the request has no itemId; name the item to explain");
    }
    Optional<GenerationLease> lease = generations.lease();
    if (lease.isEmpty()) {
      return Optional.empty();
    }
    try (GenerationLease held = lease.get()) {
      LiveGeneration live = held.generation();
      RetrieveRequest request = asked.request();
      Map<String, Long> served = users.servedLately(request);
      RetrievalQuery query = rules.query(request, served.keySet(), live.model().clock());
      LeftOut left = new LeftOut(request.excludeItemIds(), served);
      Explanation explanation = live.explainer().explain(query, left, itemId, buffers);
      return Optional.of(
          json.writeValueAsBytes(
              RESPONSE,
              ExplainResponse.of(live.manifest().id(), live.engine(), query, explanation)));
    } catch (InvalidFilterException e) {
      throw RetrieveAnswers.invalid(e);
    } catch (IOException e) {
      throw new UncheckedIOException("an answer could not be written as JSON", e);
    }
  }
}

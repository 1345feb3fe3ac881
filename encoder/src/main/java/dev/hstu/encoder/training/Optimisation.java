package dev.hstu.encoder.training;

import ai.djl.ndarray.NDManager;
import dev.hstu.encoder.compute.torch.DropoutMask;
import dev.hstu.encoder.compute.torch.PaddedExamples;
import dev.hstu.encoder.compute.torch.TorchModel;
import dev.hstu.encoder.compute.torch.TorchParameters;
import dev.hstu.encoder.compute.torch.TorchRuntime;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// The state of a training on its device (parameters, gradients, moments) and the step that moves
/// it.
///
/// A step's users are split into micro-batches whose gradients add up to those of the whole batch.
/// Each worker takes every `workers`-th micro-batch with one thread and gradients of its own, which
/// are then added in a fixed order: on small matrices that is quicker than threads inside each
/// operation, above all where cores are shared, and a run gives the same bits every time.
///
/// Memory: parameters, two moments, perhaps their average, one set of gradients a worker, and one
/// micro-batch's activations a worker. One thread steps; not for several.
final class Optimisation implements AutoCloseable {

  private final TrainingSettings settings;
  private final RandomStreams random;
  private final NDManager memory;
  private final TorchModel torch;
  private final ItemLabels labels;
  private final @Nullable LabelledItems labelledItems;
  private final TorchParameters parameters;
  private final List<TorchParameters> gradients;
  private final AdamW optimizer;
  private final @Nullable TorchParameters average;
  private final long steps;
  private final long updatesBefore;
  private final ExecutorService workers;

  private Optimisation(
      TrainingSettings settings,
      ItemLabels labels,
      NDManager memory,
      State state,
      long steps,
      long updatesBefore) {
    this.updatesBefore = updatesBefore;
    this.settings = settings;
    this.steps = steps;
    this.random = new RandomStreams(settings.seed());
    this.memory = memory;
    NetworkConfig model = settings.model();
    this.torch = new TorchModel(memory, model);
    this.labels = labels;
    this.labelledItems =
        labels.isEmpty()
            ? null
            : new LabelledItems(memory, labels, model.items(), settings.ownDropout());
    this.parameters = TorchParameters.of(memory, model, state.weights());
    this.optimizer =
        new AdamW(
            memory,
            settings.optimizer(),
            TorchParameters.of(memory, model, state.firstMoments()),
            TorchParameters.of(memory, model, state.secondMoments()));
    this.average =
        settings.averageDecay() == 0
            ? null
            : TorchParameters.of(
                memory, model, state.average() == null ? state.weights() : state.average());
    int count = settings.device().equals("cpu") ? settings.threads() : 1;
    this.gradients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      gradients.add(parameters.zerosLike());
    }
    this.workers =
        Executors.newFixedThreadPool(
            count, Thread.ofPlatform().daemon().name("training-", 1).factory());
  }

  /// What an update changes, off the device; all have the shapes of the weights, and item tables
  /// hold the items' own embeddings, without their labels.
  ///
  /// @param average of the weights over the steps, null where none is kept or none was begun
  record State(
      ModelWeights weights,
      ModelWeights firstMoments,
      ModelWeights secondMoments,
      @Nullable ModelWeights average) {

    /// A state before the first step.
    static State beginning(
        ModelWeights weights, ModelWeights firstMoments, ModelWeights secondMoments) {
      return new State(weights, firstMoments, secondMoments, null);
    }
  }

  /// Copies `state` to the device of the settings.
  ///
  /// @param steps of the whole training
  /// @param updatesBefore updates in the moments before this training's first step
  static Optimisation of(
      TrainingSettings settings, ItemLabels labels, State state, long steps, long updatesBefore) {
    return new Optimisation(
        settings, labels, TorchRuntime.open(settings.device()), state, steps, updatesBefore);
  }

  /// Copies the state off the device.
  State state() {
    return new State(
        parameters.toWeights(settings.model()),
        optimizer.firstMoments().toWeights(settings.model()),
        optimizer.secondMoments().toWeights(settings.model()),
        average == null ? null : average.toWeights(settings.model()));
  }

  /// Copies the weights that are the model off the device: the averaged ones where there are any.
  ModelWeights weights() {
    return labels.folded(
        average == null
            ? parameters.toWeights(settings.model())
            : average.toWeights(settings.model()));
  }

  /// One step over the users of `batch`. When the outcome isn't finite the parameters are spoilt.
  ///
  /// @param examples those of the epoch
  /// @param negatives those of the step
  /// @param batch which of the examples
  /// @param step steps taken before this one
  StepOutcome step(EpochExamples examples, EpochNegatives.Step negatives, int[] batch, long step) {
    int[] lengths = Arrays.stream(batch).map(examples::length).toArray();
    List<int[]> microBatches =
        settings.microBatches().plan(lengths).stream()
            .map(positions -> Arrays.stream(positions).map(at -> batch[at]).toArray())
            .toList();
    double scale = 1.0 / Math.max(1, Arrays.stream(batch).map(examples::supervised).sum());
    double loss;
    try (NDManager stepMemory = memory.newSubManager()) {
      loss = accumulate(stepMemory, examples, negatives, microBatches, step, scale);
    }
    double rate = settings.optimizer().learningRate() * settings.schedule().shareAt(step, steps);
    double norm =
        optimizer.update(memory, parameters, gradients.getFirst(), rate, updatesBefore + step + 1);
    if (average != null) {
      optimizer.average(memory, average, parameters, averageDecay(step));
    }
    return new StepOutcome(loss, norm, batch.length);
  }

  /// Leaves the gradients of the step in the first set of them.
  ///
  /// @param scale of each position's loss
  /// @return the loss
  private double accumulate(
      NDManager stepMemory,
      EpochExamples examples,
      EpochNegatives.Step negatives,
      List<int[]> microBatches,
      long step,
      double scale) {
    LabelledItems.@Nullable Table table =
        labelledItems == null
            ? null
            : labelledItems.of(stepMemory, parameters, random.ownEmbeddings(step));
    TorchParameters seen = table == null ? parameters : parameters.withItems(table.items());
    double loss = 0;
    for (Future<Double> part : submit(seen, examples, negatives, microBatches, step, scale)) {
      loss += result(part);
    }
    for (TorchParameters others : gradients.subList(1, gradients.size())) {
      optimizer.merge(memory, gradients.getFirst(), others);
    }
    if (labelledItems != null && table != null) {
      labelledItems.unfold(stepMemory, gradients.getFirst(), table);
    }
    return loss;
  }

  /// Lower at first, so that the average forgets the weights it began with.
  private double averageDecay(long step) {
    return Math.min(settings.averageDecay(), (1.0 + step) / (10.0 + step));
  }

  private List<Future<Double>> submit(
      TorchParameters seen,
      EpochExamples examples,
      EpochNegatives.Step negatives,
      List<int[]> microBatches,
      long step,
      double scale) {
    List<Future<Double>> parts = new ArrayList<>();
    for (int worker = 0; worker < gradients.size(); worker++) {
      int first = worker;
      parts.add(
          workers.submit(
              () -> {
                double loss = 0;
                for (int i = first; i < microBatches.size(); i += gradients.size()) {
                  PaddedExamples padded =
                      examples.padded(microBatches.get(i), negatives, random.negatives(step, i));
                  loss += accumulate(seen, gradients.get(first), padded, step, i, scale);
                }
                return loss;
              }));
    }
    return parts;
  }

  private double accumulate(
      TorchParameters seen,
      TorchParameters target,
      PaddedExamples padded,
      long step,
      int microBatch,
      double scale) {
    DropoutMask dropout =
        DropoutMask.draw(
            TorchModel.dropoutValues(settings.model(), padded.users(), padded.length()),
            settings.dropout(),
            random.dropout(step, microBatch));
    return torch.accumulate(
        memory, seen, target, padded, dropout, settings.secondTargetWeight(), scale);
  }

  private static double result(Future<Double> part) {
    try {
      return part.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("training was interrupted; run it again to resume", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException("a training worker failed", e.getCause());
    }
  }

  @Override
  public void close() {
    workers.close();
    optimizer.close();
    if (labelledItems != null) {
      labelledItems.close();
    }
    torch.close();
    memory.close();
  }
}

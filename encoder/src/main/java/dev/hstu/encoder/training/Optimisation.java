package dev.hstu.encoder.training;

import ai.djl.ndarray.NDManager;
import dev.hstu.encoder.compute.torch.DropoutMask;
import dev.hstu.encoder.compute.torch.PaddedExamples;
import dev.hstu.encoder.compute.torch.TorchHstu;
import dev.hstu.encoder.compute.torch.TorchParameters;
import dev.hstu.encoder.compute.torch.TorchRuntime;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.HstuWeights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// The state of a training on its device (parameters, gradients, moments) and the step that moves
/// it.
///
/// A step's users are split into micro-batches whose gradients add up to those of the whole batch.
/// Each worker takes every `workers`-th micro-batch with one thread and gradients of its own, which
/// are then added in a fixed order: on small matrices that is quicker than threads inside each
/// operation, above all where cores are shared, and a run gives the same bits every time.
///
/// Memory: parameters, two moments, one set of gradients a worker, and one micro-batch's
/// activations a worker. One thread steps; not for several.
final class Optimisation implements AutoCloseable {

  private final TrainingSettings settings;
  private final TrainingExamples examples;
  private final RandomStreams random;
  private final NDManager memory;
  private final TorchHstu hstu;
  private final TorchParameters parameters;
  private final List<TorchParameters> gradients;
  private final AdamW optimizer;
  private final long updatesBefore;
  private final ExecutorService workers;

  private Optimisation(
      TrainingSettings settings,
      TrainingExamples examples,
      NDManager memory,
      State state,
      long updatesBefore) {
    this.updatesBefore = updatesBefore;
    this.settings = settings;
    this.examples = examples;
    this.random = new RandomStreams(settings.seed());
    this.memory = memory;
    HstuConfig model = settings.model();
    this.hstu = new TorchHstu(memory, model);
    this.parameters = TorchParameters.of(memory, model, state.weights());
    this.optimizer =
        new AdamW(
            memory,
            settings.optimizer(),
            TorchParameters.of(memory, model, state.firstMoments()),
            TorchParameters.of(memory, model, state.secondMoments()));
    int count = settings.device().equals("cpu") ? settings.threads() : 1;
    this.gradients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      gradients.add(parameters.zerosLike());
    }
    this.workers =
        Executors.newFixedThreadPool(
            count, Thread.ofPlatform().daemon().name("training-", 1).factory());
  }

  /// What an update changes, off the device; moments have the shapes of the weights.
  record State(HstuWeights weights, HstuWeights firstMoments, HstuWeights secondMoments) {}

  /// Copies `state` to the device of the settings.
  ///
  /// @param updatesBefore updates in the moments before this training's first step
  static Optimisation of(
      TrainingSettings settings, TrainingExamples examples, State state, long updatesBefore) {
    return new Optimisation(
        settings, examples, TorchRuntime.open(settings.device()), state, updatesBefore);
  }

  /// Copies the state off the device.
  State state() {
    return new State(
        parameters.toWeights(),
        optimizer.firstMoments().toWeights(),
        optimizer.secondMoments().toWeights());
  }

  /// Copies the weights off the device.
  HstuWeights weights() {
    return parameters.toWeights();
  }

  /// One step over the users of `batch`. When the outcome isn't finite the parameters are spoilt.
  ///
  /// @param batch examples
  /// @param step steps taken before this one
  StepOutcome step(int[] batch, long step) {
    int[] lengths = Arrays.stream(batch).map(examples::length).toArray();
    List<int[]> microBatches =
        settings.microBatches().plan(lengths).stream()
            .map(positions -> Arrays.stream(positions).map(at -> batch[at]).toArray())
            .toList();
    double scale = 1.0 / Arrays.stream(lengths).sum();
    double loss = 0;
    for (Future<Double> part : submit(microBatches, step, scale)) {
      loss += result(part);
    }
    for (TorchParameters others : gradients.subList(1, gradients.size())) {
      optimizer.merge(memory, gradients.getFirst(), others);
    }
    double norm =
        optimizer.update(memory, parameters, gradients.getFirst(), updatesBefore + step + 1);
    return new StepOutcome(loss, norm, batch.length);
  }

  private List<Future<Double>> submit(List<int[]> microBatches, long step, double scale) {
    List<Future<Double>> parts = new ArrayList<>();
    for (int worker = 0; worker < gradients.size(); worker++) {
      int first = worker;
      parts.add(
          workers.submit(
              () -> {
                double loss = 0;
                for (int i = first; i < microBatches.size(); i += gradients.size()) {
                  loss += accumulate(gradients.get(first), microBatches.get(i), step, i, scale);
                }
                return loss;
              }));
    }
    return parts;
  }

  private double accumulate(
      TorchParameters target, int[] users, long step, int microBatch, double scale) {
    HstuConfig model = settings.model();
    PaddedExamples padded =
        examples.padded(
            users,
            model.items(),
            settings.negatives(),
            settings.sampling(),
            random.negatives(step, microBatch));
    int widths = model.embeddingDim() + model.blocks() * model.heads() * model.valueDim();
    DropoutMask dropout =
        DropoutMask.draw(
            padded.users() * padded.length() * widths,
            settings.dropout(),
            random.dropout(step, microBatch));
    return hstu.accumulate(memory, parameters, target, padded, dropout, scale);
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
    hstu.close();
    memory.close();
  }
}

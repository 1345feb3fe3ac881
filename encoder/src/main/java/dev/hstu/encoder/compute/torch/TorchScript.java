package dev.hstu.encoder.compute.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// A TorchScript class whose methods take and give tensors.
///
/// DJL's own array operations lack what counts here (a native silu, fused products with a bias,
/// products of slices, gradients without a global tape), and each would be one crossing into native
/// code. A script has all of PyTorch's, in one crossing a batch, and its text can be read beside
/// the paper. Any number of threads may call it at once; on a CPU each call computes on its own
/// thread.
public final class TorchScript implements AutoCloseable {

  private final PtSymbolBlock module;
  private final NDManager memory;

  /// Whether DJL has noted the names and shapes of the arguments, which it does in the first call
  /// and not safely for several threads.
  private volatile boolean initialised;

  private TorchScript(PtSymbolBlock module, NDManager memory) {
    this.module = module;
    this.memory = memory;
  }

  /// Loads the class `className` from the text `resource`, which stands beside `owner`.
  ///
  /// @param memory the device it runs on; closing it closes the script
  /// @param attributes Integer or Double values of the attributes that the class declares
  public static TorchScript load(
      NDManager memory,
      Class<?> owner,
      String resource,
      String className,
      Map<String, Number> attributes) {
    return load(memory, owner, List.of(resource), className, attributes);
  }

  /// Loads a class whose text is that of several resources, one after the other.
  public static TorchScript load(
      NDManager memory,
      Class<?> owner,
      List<String> resources,
      String className,
      Map<String, Number> attributes) {
    String source =
        resources.stream().map(resource -> text(owner, resource)).collect(Collectors.joining("\n"));
    byte[] archive = TorchScriptArchive.of(className, source, attributes);
    try {
      PtSymbolBlock module =
          JniUtils.loadModule(
              (PtNDManager) memory,
              new ByteArrayInputStream(archive),
              memory.getDevice().isGpu(),
              false);
      return new TorchScript(module, memory);
    } catch (IOException e) {
      throw new UncheckedIOException(resources + " cannot be loaded", e);
    }
  }

  /// Runs a method that records no graph; it may change its arguments in place.
  ///
  /// @param results where its tensors are created; closed by the caller
  /// @param arguments an NDArray each, or a List of NDArray where the method takes a list
  public NDList infer(String method, NDManager results, Object... arguments) {
    TorchRuntime.computeAlone();
    JniUtils.setGraphExecutorOptimize(false);
    IValue[] values = new IValue[arguments.length];
    try {
      for (int i = 0; i < arguments.length; i++) {
        values[i] = value(arguments[i]);
      }
      try (IValue result = IValueUtils.runMethod(module, method, values)) {
        return result.toNDList((PtNDManager) results);
      }
    } finally {
      for (IValue value : values) {
        if (value != null) {
          value.close();
        }
      }
    }
  }

  /// Runs a method that may differentiate. Nothing of the graph outlives the call.
  ///
  /// @param results where its tensors are created; closed by the caller
  /// @param arguments as [#infer]
  public NDList differentiate(String method, NDManager results, Object... arguments) {
    NDList inputs = new NDList();
    // DJL reads the method, and which arguments form a list, from the names of the arrays; results
    // go to the memory of the first.
    NDArray name = results.create(0f);
    name.setName("module_method:" + method);
    inputs.add(name);
    for (int i = 0; i < arguments.length; i++) {
      addNamed(inputs, arguments[i], "argument" + i);
    }
    TorchRuntime.computeAlone();
    JniUtils.setGradMode(true);
    try {
      return forward(inputs);
    } finally {
      JniUtils.setGradMode(false);
    }
  }

  private NDList forward(NDList inputs) {
    if (!initialised) {
      synchronized (this) {
        if (!initialised) {
          NDList result = module.forward(new ParameterStore(memory, false), inputs, true);
          initialised = true;
          return result;
        }
      }
    }
    return module.forward(new ParameterStore(memory, false), inputs, true);
  }

  @Override
  public void close() {
    module.close();
  }

  private static void addNamed(NDList inputs, Object argument, String name) {
    if (argument instanceof NDArray array) {
      array.setName(name);
      inputs.add(array);
    } else {
      for (Object entry : (List<?>) argument) {
        addNamed(inputs, entry, name + "[]");
      }
    }
  }

  private static IValue value(Object argument) {
    if (argument instanceof PtNDArray array) {
      return IValue.from(array);
    }
    return IValue.listFrom(((List<?>) argument).toArray(PtNDArray[]::new));
  }

  private static String text(Class<?> owner, String resource) {
    try (InputStream in = owner.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is missing beside " + owner);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(resource + " cannot be read", e);
    }
  }
}

using TorchSharp;
using static TorchSharp.torch;

namespace Criterion.TorchSharp;

/// <summary>
/// A function of Criterion tensors that is evaluated on LibTorch's memory. The gradients of a scalar are computed along with it; those of
/// other results, and higher ones, by evaluating the function that differentiates this one.
/// </summary>
internal sealed class Evaluation
{
    readonly Invocation _invocation;
    readonly Func<Tensor?[], Tensor[]> _compute;
    readonly torch.Device _device;
    readonly int _count;

    /// <summary>The inputs that require a gradient.</summary>
    readonly List<InputKind> _kinds = [];

    Evaluation(Invocation invocation, Func<Tensor?[], Tensor[]> compute, torch.Tensor?[] inputs)
    {
        _invocation = invocation;
        _compute = compute;
        _device = DeviceOf(invocation, inputs);
        _count = inputs.Length;
    }

    /// <summary>Gets the place for an error of a backward pass: the thread that evaluated the function reports it.</summary>
    public BackwardResults Results { get; } = BackwardResults.OfThread;

    /// <summary>Evaluates a function on tensors of LibTorch, and records it where one of them requires a gradient.</summary>
    /// <param name="invocation">What is called, for errors.</param>
    /// <param name="compute">The function, in differentiable operations; an input may be null.</param>
    /// <param name="inputs">The inputs.</param>
    /// <returns>The results, on the device of the inputs.</returns>
    public static List<torch.Tensor> Run(Invocation invocation, Func<Tensor?[], Tensor[]> compute, torch.Tensor?[] inputs)
    {
        BackwardResults results = BackwardResults.OfThread;
        results.Release();
        results.ThrowError();
        return Record(invocation, compute, inputs);
    }

    /// <summary>Computes the gradients by the inputs that require them; null for the others.</summary>
    /// <param name="saved">The inputs, followed by the gradients that were computed along with the result.</param>
    /// <param name="upstream">The gradient by each result; null where there is none.</param>
    public torch.Tensor?[] Backward(List<torch.Tensor> saved, torch.Tensor?[] upstream)
    {
        if (Array.TrueForAll(upstream, static gradient => gradient is null))
        {
            return new torch.Tensor?[_count];
        }

        return ByInput(saved.Count > _count && !is_grad_enabled()
            ? Scaled(saved[_count..], upstream[0]!)
            : Record(new(_invocation.Name, "[.. gradients, .. inputs]"), Gradient, [.. upstream, .. saved[.._count]]));
    }

    /// <summary>Returns NaN for each gradient.</summary>
    public torch.Tensor?[] NaN() => ByInput(_kinds.ConvertAll(kind => kind.NaN(_device)));

    static List<torch.Tensor> Record(Invocation invocation, Func<Tensor?[], Tensor[]> compute, torch.Tensor?[] inputs)
    {
        invocation.Check(inputs);
        using DisposeScope scope = NewDisposeScope();
        Evaluation evaluation = new(invocation, compute, inputs);
        Recording recording = evaluation.Evaluate(inputs);
        List<torch.Tensor> outputs = evaluation._kinds.Count > 0
            ? CriterionFunction.Record(recording, invocation, inputs)
            : recording.Outputs;
        scope.MoveToOuter(outputs);
        return outputs;
    }

    /// <summary>
    /// Computes the gradients of this function from those by its results, followed by its inputs, by the inputs that require them.
    /// </summary>
    Tensor[] Gradient(Tensor?[] arguments)
    {
        bool isRecorded = Autograd.Enabled;
        Tensor?[] x = arguments[^_count..];
        Tensor[] wanted = Wanted(x);
        using (Autograd.EnableGrad())
        {
            Tensor[] y = _compute(x);
            int[] used = [.. Enumerable.Range(0, y.Length).Where(i => arguments[i] is not null && y[i].RequiresGrad)];
            return used.Length == 0
                ? [.. wanted.Select(Tensor.ZerosLike)]
                : Autograd.Grad(
                    [.. used.Select(i => y[i])], wanted, isRecorded, [.. used.Select(i => arguments[i]!)], allowUnused: true);
        }
    }

    Recording Evaluate(torch.Tensor?[] inputs)
    {
        using TensorScope memory = new();
        bool isRecorded = is_grad_enabled() && !is_inference_mode_enabled();
        Tensor?[] x = new Tensor?[inputs.Length];
        Recording recording = new(this, inputs);
        for (int i = 0; i < x.Length; i++)
        {
            if (inputs[i] is { } input)
            {
                x[i] = HostTensor.Borrow(input);
                if (isRecorded && input.requires_grad)
                {
                    _kinds.Add(new InputKind(i, x[i]!.Shape, input.dtype));
                }
            }
        }

        foreach (Tensor output in _kinds.Count > 0 ? Differentiated(x, recording) : Unrecorded(x))
        {
            recording.Outputs.Add(HostTensor.Copy(output, _device));
        }

        GC.KeepAlive(inputs);
        return recording;
    }

    Tensor[] Unrecorded(Tensor?[] x)
    {
        using (Autograd.NoGrad())
        {
            return _compute(x);
        }
    }

    /// <summary>Evaluates the function and, if it is a scalar, its gradients, which fused kernels write to LibTorch's memory.</summary>
    Tensor[] Differentiated(Tensor?[] x, Recording recording)
    {
        Tensor[] wanted = Wanted(x);
        torch.Tensor[] memory = Array.ConvertAll(wanted, HostTensor.EmptyLike);
        Tensor[] gradients = Array.ConvertAll(memory, HostTensor.View);
        for (int i = 0; i < wanted.Length; i++)
        {
            ((LeafNode)wanted[i].Node!).GradientMemory = gradients[i];
        }

        using (Autograd.EnableGrad())
        {
            Tensor[] y = _compute(x);
            if (y is [{ Rank: 0, RequiresGrad: true } loss])
            {
                Store(Autograd.Grad([loss], wanted, allowUnused: true), gradients);
                for (int i = 0; i < memory.Length; i++)
                {
                    recording.Saved.Add(_kinds[i].Convert(memory[i], _device));
                }
            }

            return y;
        }
    }

    /// <summary>Returns the inputs that require a gradient, as leaves.</summary>
    Tensor[] Wanted(Tensor?[] x)
    {
        Tensor[] wanted = new Tensor[_kinds.Count];
        for (int i = 0; i < wanted.Length; i++)
        {
            wanted[i] = x[_kinds[i].Place]!;
            wanted[i].RequiresGrad = true;
        }

        return wanted;
    }

    /// <summary>Returns the gradients in the places of the inputs that require them.</summary>
    torch.Tensor?[] ByInput(List<torch.Tensor> gradients)
    {
        torch.Tensor?[] byInput = new torch.Tensor?[_count];
        for (int i = 0; i < gradients.Count; i++)
        {
            byInput[_kinds[i].Place] = gradients[i];
        }

        return byInput;
    }

    static void Store(Tensor[] gradients, Tensor[] memory)
    {
        for (int i = 0; i < gradients.Length; i++)
        {
            if (gradients[i].Storage != memory[i].Storage)
            {
                Tensor.CopyElements(gradients[i], memory[i]);
            }
        }
    }

    /// <summary>Usually the gradient by a loss is 1, and nothing is computed. Reading it would wait for a device.</summary>
    static List<torch.Tensor> Scaled(List<torch.Tensor> gradients, torch.Tensor upstream) =>
        upstream.device_type == DeviceType.CPU && upstream.ToDouble() == 1
            ? gradients
            : gradients.ConvertAll(gradient => gradient * upstream);

    /// <exception cref="TensorException">The inputs are on different devices.</exception>
    static torch.Device DeviceOf(Invocation invocation, torch.Tensor?[] inputs)
    {
        if (Array.TrueForAll(inputs, static input => input is null || input.device_type == DeviceType.CPU))
        {
            return CPU;
        }

        int first = Array.FindIndex(inputs, static input => input is not null);
        torch.Device device = inputs[first]!.device;
        int other = Array.FindIndex(inputs, input => input is not null && input.device.ToString() != device.ToString());
        return other < 0
            ? device
            : throw new TensorException(
                $"{invocation.Name}: {invocation.Input(first)} is on the device {device}, and {invocation.Input(other)} on "
                + $"{inputs[other]!.device}. Move them to one, as by .to(torch.CPU).");
    }

    /// <summary>The place of an input that requires a gradient, and its shape and type, which its gradient has too.</summary>
    readonly record struct InputKind(int Place, Shape Shape, ScalarType Type)
    {
        public torch.Tensor Convert(torch.Tensor gradient, torch.Device device) =>
            gradient.dtype == Type && device.type == DeviceType.CPU ? gradient : gradient.to(Type, device);

        public torch.Tensor NaN(torch.Device device) => full(HostTensor.Sizes(Shape), double.NaN, Type, device);
    }
}

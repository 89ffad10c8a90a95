using TorchSharp;
using static TorchSharp.torch;

namespace Criterion.TorchSharp;

/// <summary>
/// A function of Criterion tensors that is evaluated on LibTorch's memory. The gradients of a scalar are computed along with it; those of
/// other results, and higher ones, by evaluating the function that differentiates this one.
/// </summary>
internal sealed class Evaluation
{
    readonly Func<Tensor?[], Tensor[]> _compute;
    readonly torch.Device _device;
    readonly InputKind?[] _kinds;

    Evaluation(Func<Tensor?[], Tensor[]> compute, torch.Tensor?[] inputs, bool isRecorded)
    {
        _compute = compute;
        _device = DeviceOf(inputs);
        _kinds = Array.ConvertAll(inputs, input => isRecorded && input is { requires_grad: true } ? new InputKind(input) : null);
    }

    /// <summary>The results, without a graph.</summary>
    public List<torch.Tensor> Outputs { get; private set; } = [];

    /// <summary>The inputs, followed by the gradients by those that require them if the only result is a scalar.</summary>
    public List<torch.Tensor?> Saved { get; private set; } = [];

    /// <summary>Evaluates a function on tensors of LibTorch, and records it where one of them requires a gradient.</summary>
    /// <param name="compute">The function, in differentiable operations; an input may be null.</param>
    /// <param name="inputs">The inputs.</param>
    /// <returns>The results, on the device of the inputs.</returns>
    public static List<torch.Tensor> Run(Func<Tensor?[], Tensor[]> compute, torch.Tensor?[] inputs)
    {
        BackwardResults.Release();
        BackwardResults.ThrowError();
        using DisposeScope scope = NewDisposeScope();
        bool isRecorded = is_grad_enabled() && Array.Exists(inputs, static input => input is { requires_grad: true });
        Evaluation evaluation = new(compute, inputs, isRecorded);
        evaluation.Run(inputs);
        List<torch.Tensor> outputs = isRecorded ? CriterionFunction.Record(evaluation, inputs) : evaluation.Outputs;
        (evaluation.Outputs, evaluation.Saved) = ([], []);
        scope.MoveToOuter(outputs);
        return outputs;
    }

    /// <summary>Computes the gradients by the inputs that require them; null for the others.</summary>
    /// <param name="saved">The content of <see cref="Saved"/>.</param>
    /// <param name="upstream">The gradient by each result; null where there is none.</param>
    public torch.Tensor?[] Backward(torch.Tensor?[] saved, torch.Tensor?[] upstream)
    {
        if (Array.TrueForAll(upstream, static gradient => gradient is null))
        {
            return new torch.Tensor?[_kinds.Length];
        }

        torch.Tensor?[] gradients = saved[_kinds.Length..];
        return ByInput(gradients.Length > 0 && !is_grad_enabled()
            ? Array.ConvertAll(gradients, gradient => Scaled(gradient!, upstream[0]!))
            : Run(Gradient, [.. upstream, .. saved[.._kinds.Length]]));
    }

    /// <summary>Returns NaN for each gradient.</summary>
    public torch.Tensor?[] NaN() => Array.ConvertAll(_kinds, kind => kind?.NaN(_device));

    /// <summary>
    /// Computes the gradients of this function from those by its results, followed by its inputs, by the inputs that require them.
    /// </summary>
    Tensor[] Gradient(Tensor?[] arguments)
    {
        bool isRecorded = Autograd.Enabled;
        Tensor?[] x = arguments[^_kinds.Length..];
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

    void Run(torch.Tensor?[] inputs)
    {
        using TensorScope memory = new();
        Tensor?[] x = Array.ConvertAll(inputs, static input => input is null ? null : HostTensor.Borrow(input));
        Saved.AddRange(inputs);
        Tensor[] y = Array.Exists(_kinds, static kind => kind is not null) ? Differentiated(x) : Unrecorded(x);
        Outputs.AddRange(Array.ConvertAll(y, output => HostTensor.Copy(output, _device)));
        GC.KeepAlive(inputs);
    }

    Tensor[] Unrecorded(Tensor?[] x)
    {
        using (Autograd.NoGrad())
        {
            return _compute(x);
        }
    }

    /// <summary>Evaluates the function and, if it is a scalar, its gradients, which fused kernels write to LibTorch's memory.</summary>
    Tensor[] Differentiated(Tensor?[] x)
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
                Saved.AddRange(memory.Zip(_kinds.OfType<InputKind>(), (gradient, kind) => kind.Convert(gradient, _device)));
            }

            return y;
        }
    }

    /// <summary>Returns the inputs that require a gradient, as leaves.</summary>
    Tensor[] Wanted(Tensor?[] x)
    {
        Tensor[] wanted = [.. x.Where((_, i) => _kinds[i] is not null)!];
        foreach (Tensor input in wanted)
        {
            input.RequiresGrad = true;
        }

        return wanted;
    }

    /// <summary>Returns the gradients in the places of the inputs that require them.</summary>
    torch.Tensor?[] ByInput(IReadOnlyList<torch.Tensor> gradients)
    {
        int next = 0;
        return Array.ConvertAll(_kinds, kind => kind is null ? null : gradients[next++]);
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
    static torch.Tensor Scaled(torch.Tensor gradient, torch.Tensor upstream) =>
        upstream.device_type == DeviceType.CPU && upstream.ToDouble() == 1 ? gradient : gradient * upstream;

    /// <exception cref="TensorException">The inputs are on different devices.</exception>
    static torch.Device DeviceOf(torch.Tensor?[] inputs)
    {
        if (Array.TrueForAll(inputs, static input => input is null || input.device_type == DeviceType.CPU))
        {
            return CPU;
        }

        torch.Device[] devices =
            [.. inputs.OfType<torch.Tensor>().Select(static input => input.device).DistinctBy(static device => device.ToString())];
        return devices.Length < 2
            ? devices.FirstOrDefault() ?? CPU
            : throw new TensorException(
                $"Criterion: the inputs are on the devices {devices[0]} and {devices[1]}. Move them to one, as by tensor.to(torch.CPU).");
    }

    /// <summary>The shape and the type of an input, which its gradient has too.</summary>
    sealed class InputKind(torch.Tensor input)
    {
        readonly Shape _shape = HostTensor.ShapeOf(input);
        readonly ScalarType _type = input.dtype;

        public torch.Tensor Convert(torch.Tensor gradient, torch.Device device) =>
            gradient.dtype == _type && device.type == DeviceType.CPU ? gradient : gradient.to(_type, device);

        public torch.Tensor NaN(torch.Device device) =>
            full(HostTensor.Sizes(_shape), double.NaN, _type, device).DetachFromDisposeScope();
    }
}

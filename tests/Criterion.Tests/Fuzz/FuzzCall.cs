namespace Criterion.Tests.Fuzz;

/// <summary>One call, in one mode: its result, what it left in its arguments, and the gradients of the result.</summary>
static class FuzzCall
{
    /// <param name="target">What is called.</param>
    /// <param name="seed">What its arguments are drawn from.</param>
    /// <param name="mode">How they are realised.</param>
    /// <param name="draw">What was drawn.</param>
    /// <param name="nullAt">The place of an argument that is null instead; negative for none.</param>
    public static Outcome Run(FuzzTarget target, int seed, FuzzMode mode, out FuzzDraw draw, int nullAt = -1)
    {
        Compute.Threads = mode.Threads;
        RandomStream.Seed((ulong)seed);
        ulong before = RandomStream.Default.Position;
        Outcome outcome = new();
        draw = new FuzzDraw(target, seed, mode);
        try
        {
            if (draw.UsesScope)
            {
                using TensorScope scope = new();
                Run(target, draw, outcome, nullAt);
            }
            else
            {
                Run(target, draw, outcome, nullAt);
            }
        }
        catch (Exception error)
        {
            outcome.Error = error;
        }

        outcome.DrewRandomNumbers = RandomStream.Default.Position != before || draw.Streams.Exists(static stream => stream.Position != 0);
        return outcome;
    }

    static void Run(FuzzTarget target, FuzzDraw draw, Outcome outcome, int nullAt)
    {
        object? receiver = draw.Receiver();
        object?[] arguments = draw.Arguments(receiver);
        if (nullAt >= 0)
        {
            arguments[nullAt] = null;
        }

        object? result = target.Call(receiver, arguments);
        if (target.Method.Name.StartsWith("Empty", StringComparison.Ordinal))
        {
            // Its content is unspecified.
            outcome.Add("shape", ((Tensor)result!).Shape.Dims.ToArray());
            return;
        }

        outcome.Add("result", result);
        AddState(draw, receiver, outcome);
        AddGradients(draw, Outputs(result), outcome);
    }

    static void AddState(FuzzDraw draw, object? receiver, Outcome outcome)
    {
        outcome.Add("receiver", receiver is Tensor ? null : receiver);
        outcome.Add("inputs", draw.Tensors);
        outcome.Add("inputs' gradients", draw.Tensors.Select(static tensor => tensor.Grad));
        outcome.Add("parameters", draw.Modules.SelectMany(static module => module.NamedParameters().Concat(module.NamedBuffers())));
    }

    static Tensor[] Outputs(object? result) => result switch
    {
        Tensor tensor => [tensor],
        Tensor[] tensors => tensors,
        System.Runtime.CompilerServices.ITuple tuple => [.. Enumerable.Range(0, tuple.Length).Select(i => tuple[i]).OfType<Tensor>()],
        _ => [],
    };

    static void AddGradients(FuzzDraw draw, Tensor[] outputs, Outcome outcome)
    {
        Tensor[] from = [.. outputs.Where(static output => output.RequiresGrad)];
        IEnumerable<Tensor> inputs = draw.Tensors.Concat(draw.Modules.SelectMany(static module => module.Parameters()));
        Tensor[] by = [.. inputs.Where(static tensor => tensor is { RequiresGrad: true, IsLeaf: true })];
        if (from.Length == 0 || by.Length == 0)
        {
            return;
        }

        Tensor[] weights = [.. from.Select(static output => Weights(output.Shape).To(output.DType))];
        Tensor?[] first = Autograd.Grad(from, by, createGraph: draw.TakesSecondGradients, gradients: weights, allowUnused: true);
        outcome.Add("gradients", first);
        Tensor[] again = [.. first.OfType<Tensor>().Where(static g => g.RequiresGrad).Select(static g => (g * g).Sum())];
        if (again.Length > 0)
        {
            outcome.Add("second gradients", Autograd.Grad(again, by, allowUnused: true));
        }
    }

    static Tensor Weights(Shape shape) => Tensor.Randn(shape, DType.Float64, new RandomStream(99));
}

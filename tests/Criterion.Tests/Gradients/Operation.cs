namespace Criterion.Tests.Gradients;

/// <summary>
/// One call of a differentiable operation with its operands. All properties that operations share (derivatives, threads,
/// views, precision, changes in place) are tested from these.
/// </summary>
/// <param name="Method">The method of <see cref="Tensor"/>, as reflection names it; a test checks that each has a row.</param>
/// <param name="Call">The call.</param>
/// <param name="Inputs">The operands: smooth around their values.</param>
public sealed record Operation(string Method, Func<Tensor[], Tensor> Call, params Operand[] Inputs)
{
    /// <summary>The special case that this row covers.</summary>
    public string Case { get; init; } = "";

    /// <summary>The operands at sizes that fall into several chunks of the parallel loops.</summary>
    public Operand[] Large { get; init; } = Inputs;

    /// <summary>Whether each element of the result comes from one element of each operand.</summary>
    public bool Pointwise { get; init; }

    /// <summary>The name that the test shows.</summary>
    public string Name => Case.Length == 0 ? Method : $"{Method}, {Case}";

    /// <summary>Fresh operands; the floating ones require a gradient.</summary>
    public static Tensor[] Variables(Operand[] operands, DType dtype = DType.Float64)
    {
        Tensor[] tensors = [.. operands.Select((operand, i) => operand.Make(i, dtype))];
        return Learned(tensors);
    }

    /// <summary>The tensors, of which those of floats now require a gradient.</summary>
    public static Tensor[] Learned(Tensor[] tensors)
    {
        foreach (Tensor tensor in tensors.Where(static t => t.DType.IsFloat()))
        {
            tensor.RequiresGrad = true;
        }

        return tensors;
    }

    /// <summary>The value and the gradients of its weighted sum by each floating operand.</summary>
    public Tensor[] Evaluate(Tensor[] variables)
    {
        Tensor output = Call(variables);
        return [output.Detach(), .. Gradients(output, variables)];
    }

    /// <summary>The gradients of the weighted sum of an output by each floating operand.</summary>
    public static Tensor[] Gradients(Tensor output, Tensor[] variables)
    {
        Tensor weights = Tensor.Randn(output.Shape, DType.Float64, new RandomStream(99)).To(output.DType);
        Tensor[] learned = [.. variables.Where(static x => x.RequiresGrad)];
        return Autograd.Grad([output], learned, gradients: [weights], allowUnused: true);
    }
}

/// <summary>
/// Numbers for one operand: floats spread evenly over a range in random order, so that no two are close to each other, or integers.
/// </summary>
/// <param name="Shape">The shape.</param>
/// <param name="Low">The least number.</param>
/// <param name="High">The end of the range.</param>
/// <param name="Integers">Whether they are positions or flags, which have no gradient.</param>
public sealed record Operand(Shape Shape, double Low = -2, double High = 2, bool Integers = false)
{
    /// <summary>The numbers; the place among the operands seeds their order.</summary>
    public Tensor Make(int place, DType dtype)
    {
        RandomStream random = new((ulong)(place + 1));
        if (Integers)
        {
            return Tensor.RandInt((long)Low, (long)High, Shape, random);
        }

        long[] order = Tensor.Permutation(Shape.Count, random).ToArray<long>();
        double shift = place % 2 == 0 ? 0.37 : 0.61;
        double[] values = [.. order.Select(k => Low + ((High - Low) * (k + shift) / Shape.Count))];
        return Tensor.From(values, Shape).To(dtype);
    }
}

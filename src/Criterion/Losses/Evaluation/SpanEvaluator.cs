using System.Diagnostics;
using System.Numerics;
using System.Numerics.Tensors;
using Criterion.Drivers;

namespace Criterion.Losses;

/// <summary>
/// Evaluates losses on memory of the caller: in one pass without a graph where the loss is a formula, and by <c>Forward</c> and a backward
/// pass otherwise. Both give the same bits.
/// </summary>
internal static class SpanEvaluator
{
    /// <summary>Computes the value of a loss and writes the gradients that are needed.</summary>
    /// <typeparam name="T">The elements of predictions.</typeparam>
    /// <typeparam name="TTarget">The elements of the second input: <typeparamref name="T"/>, or Int64 for classes.</typeparam>
    public static double Run<T, TTarget>(ICriterion loss, SpanOperand<T> x, SpanOperand<TTarget> y, SpanOperand<T> z = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TTarget : unmanaged
    {
        ArgumentNullException.ThrowIfNull(loss);
        Check(loss, x, y, z);
        return Fuse(loss, x, y, z) ?? Compose(loss, x, y, z);
    }

    /// <summary>Computes a scalar that a function returns for a tensor of the values, and writes the gradient.</summary>
    public static double Run<T>(ICriterion loss, SpanOperand<T> x, Func<Tensor, Tensor> forward)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(loss);
        Check<T, T>(loss, x, default, default);
        using TensorScope scope = new();
        using Autograd.GradMode mode = Autograd.EnableGrad();
        Tensor input = x.ToTensor();
        Tensor result = Scalar(loss, forward(input));
        Differentiate(result, input, x);
        return result.Item();
    }

    static void Check<T, TTarget>(ICriterion loss, in SpanOperand<T> x, in SpanOperand<TTarget> y, in SpanOperand<T> z)
        where T : unmanaged
        where TTarget : unmanaged
    {
        string name = loss.GetType().Name;
        _ = DTypes.Of<T>();
        if (loss is Loss { Reduction: Reduction.None })
        {
            ThrowUnreduced(name);
        }

        x.Check(name);
        y.Check(name);
        z.Check(name);
        CheckApart(name, x, x, y, z);
        CheckApart(name, y, x, y, z);
        CheckApart(name, z, x, y, z);
        x.CheckApart<TTarget>(name, y.Gradient);
        x.CheckApart<T>(name, z.Gradient);
        y.CheckApart<T>(name, z.Gradient);
    }

    static void CheckApart<TOwn, T, TTarget>(
        string name, in SpanOperand<TOwn> own, in SpanOperand<T> x, in SpanOperand<TTarget> y, in SpanOperand<T> z)
        where TOwn : unmanaged
        where T : unmanaged
        where TTarget : unmanaged
    {
        if (own.NeedsGradient)
        {
            own.CheckApart(name, x.Values);
            own.CheckApart(name, y.Values);
            own.CheckApart(name, z.Values);
        }
    }

    static void ThrowUnreduced(string name) => throw new LossException(
        $"{name}: Evaluate returns one number, and Reduction.None keeps one for each element. "
        + "Use Reduction.Mean or Sum, or Forward on tensors for per-element losses.");

    /// <summary>Evaluates a loss of this library in one pass; null where that is not possible.</summary>
    /// <remarks>Own losses are evaluated on copies, since they may keep the tensors that they get.</remarks>
    static unsafe double? Fuse<T, TTarget>(ICriterion loss, in SpanOperand<T> x, in SpanOperand<TTarget> y, in SpanOperand<T> z)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TTarget : unmanaged
    {
        if (loss is not Loss formula || x.Values.IsEmpty || loss.GetType().Assembly != typeof(Loss).Assembly)
        {
            return null;
        }

        fixed (T* px = x.Values, pz = z.Values, gx = x.Gradient, gz = z.Gradient)
        fixed (TTarget* py = y.Values, gy = y.Gradient)
        {
            BorrowedTensor<T> first = BorrowedTensor<T>.Of(px, x.Shape);
            BorrowedTensor<TTarget> second = BorrowedTensor<TTarget>.Of(py, y.Shape);
            BorrowedTensor<T> third = BorrowedTensor<T>.Of(pz, z.Shape);
            BorrowedTensor<T> gradientX = BorrowedTensor<T>.Of(gx, [x.Gradient.Length]);
            BorrowedTensor<TTarget> gradientY = BorrowedTensor<TTarget>.Of(gy, [y.Gradient.Length]);
            BorrowedTensor<T> gradientZ = BorrowedTensor<T>.Of(gz, [z.Gradient.Length]);
            try
            {
                FusedInputs inputs = new(
                    first.Tensor,
                    second.Tensor,
                    z.IsGiven ? third.Tensor : null,
                    x.NeedsGradient ? gradientX.Elements : default,
                    y.NeedsGradient ? gradientY.Elements : default,
                    z.NeedsGradient ? gradientZ.Elements : default);
                return formula.EvaluateFused(inputs) is { } result ? Finish(result, x.Gradient) : null;
            }
            finally
            {
                first.Return();
                second.Return();
                third.Return();
                gradientX.Return();
                gradientY.Return();
                gradientZ.Return();
            }
        }
    }

    /// <summary>Rounds the value to the type of the elements, and divides value and gradient as tensors would.</summary>
    static double Finish<T>(FusedLoss result, Span<T> gradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T value = T.CreateTruncating(result.Value);
        if (result.Divisor != 1)
        {
            T divisor = T.CreateTruncating(result.Divisor);
            value /= divisor;
            TensorPrimitives.Multiply(gradient, T.One / divisor, gradient);
        }

        return double.CreateTruncating(value);
    }

    static double Compose<T, TTarget>(ICriterion loss, in SpanOperand<T> x, in SpanOperand<TTarget> y, in SpanOperand<T> z)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TTarget : unmanaged
    {
        using TensorScope scope = new();
        using Autograd.GradMode mode = Autograd.EnableGrad();
        (Tensor first, Tensor second) = (x.ToTensor(), y.ToTensor());
        Tensor? third = z.IsGiven ? z.ToTensor() : null;
        Tensor result = Scalar(loss, Forward(loss, first, second, third));
        Differentiate(result, first, x, retainGraph: true);
        Differentiate(result, second, y, retainGraph: true);
        if (third is not null)
        {
            Differentiate(result, third, z);
        }

        return result.Item();
    }

    static Tensor Forward(ICriterion loss, Tensor x, Tensor y, Tensor? z) => loss switch
    {
        IPredictionLoss of => of.Forward(x, y),
        FeatureLoss of => of.Forward(x, y),
        PairLoss of => of.Forward(x, y, z!),
        GaussianNLLLoss of => of.Forward(x, y, z!),
        MarginRankingLoss of => of.Forward(x, y, z!),
        TripletMarginLoss of => of.Forward(x, y, z!),
        TripletMarginWithDistanceLoss of => of.Forward(x, y, z!),
        _ => throw new UnreachableException($"{loss.GetType().Name}: Evaluate is not defined for this loss."),
    };

    static Tensor Scalar(ICriterion loss, Tensor result) => result.Count == 1
        ? result
        : throw new LossException(
            $"{loss.GetType().Name}: Evaluate needs a scalar, and Forward returned {result.Shape}. Reduce it by Mean() or Sum().");

    /// <summary>Writes the gradient by an input; zeros where the loss does not depend on it.</summary>
    static void Differentiate<T>(Tensor result, Tensor input, in SpanOperand<T> operand, bool retainGraph = false)
        where T : unmanaged
    {
        if (!operand.NeedsGradient)
        {
            return;
        }

        if (!result.RequiresGrad)
        {
            operand.Gradient.Clear();
            return;
        }

        Tensor gradient = Autograd.Grad([result], [input], retainGraph: retainGraph, allowUnused: true)[0];
        gradient.Contiguous().AsReadOnlySpan<T>().CopyTo(operand.Gradient);
    }
}

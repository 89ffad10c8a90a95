using System.Numerics;

namespace Criterion.Losses;

public static partial class LossEvaluation
{
    extension(PairLoss loss)
    {
        /// <summary>Computes the loss of pairs of rows and its gradients.</summary>
        /// <param name="x1">The first rows, [N, D] in row-major order.</param>
        /// <param name="x2">The second rows, of the same length.</param>
        /// <param name="target">1 for similar pairs, −1 for dissimilar ones, [N]; their number is that of the rows.</param>
        /// <returns>The value, and the gradients by the elements of both.</returns>
        /// <exception cref="ShapeException">The lengths or shapes do not match.</exception>
        /// <exception cref="LossException">
        /// A value is outside the domain of the loss, the batch is empty, or the loss has Reduction.None.
        /// </exception>
        public (double Value, T[] Gradient1, T[] Gradient2) Evaluate<T>(
            ReadOnlySpan<T> x1, ReadOnlySpan<T> x2, ReadOnlySpan<T> target)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            (T[] gradient1, T[] gradient2) = (new T[x1.Length], new T[x2.Length]);
            return (loss.Evaluate(x1, x2, target, gradient1, gradient2), gradient1, gradient2);
        }

        /// <summary>Computes the loss of pairs of rows and writes its gradients.</summary>
        /// <param name="x1">The first rows, [N, D] in row-major order.</param>
        /// <param name="x2">The second rows, of the same length.</param>
        /// <param name="target">1 for similar pairs, −1 for dissimilar ones, [N]; their number is that of the rows.</param>
        /// <param name="gradient1">Receives the gradient by the first rows; empty if it is not needed.</param>
        /// <param name="gradient2">Receives the gradient by the second rows; empty if it is not needed.</param>
        /// <returns>The value.</returns>
        /// <exception cref="ShapeException">The lengths or shapes do not match.</exception>
        /// <exception cref="LossException">
        /// A value is outside the domain of the loss, the batch is empty, or the loss has Reduction.None.
        /// </exception>
        public double Evaluate<T>(
            ReadOnlySpan<T> x1, ReadOnlySpan<T> x2, ReadOnlySpan<T> target, Span<T> gradient1, Span<T> gradient2)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => SpanEvaluator.Run(
                loss,
                new SpanOperand<T>(x1, Rows(loss, x1.Length, target.Length), gradient1, nameof(x1)),
                new SpanOperand<T>(x2, Rows(loss, x2.Length, target.Length), gradient2, nameof(x2)),
                new SpanOperand<T>(target, [target.Length], [], nameof(target)));
    }

    extension(MarginRankingLoss loss)
    {
        /// <summary>Computes the loss of pairs of scores and its gradients.</summary>
        /// <param name="x1">The first scores, [N].</param>
        /// <param name="x2">The second scores, of the same length.</param>
        /// <param name="target">1 where the first score should be larger, −1 where the second should; of the same length.</param>
        /// <returns>The value, and the gradients by the elements of both.</returns>
        /// <exception cref="ShapeException">The lengths or shapes do not match.</exception>
        /// <exception cref="LossException">
        /// A value is outside the domain of the loss, the batch is empty, or the loss has Reduction.None.
        /// </exception>
        public (double Value, T[] Gradient1, T[] Gradient2) Evaluate<T>(
            ReadOnlySpan<T> x1, ReadOnlySpan<T> x2, ReadOnlySpan<T> target)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            (T[] gradient1, T[] gradient2) = (new T[x1.Length], new T[x2.Length]);
            return (loss.Evaluate(x1, x2, target, gradient1, gradient2), gradient1, gradient2);
        }

        /// <summary>Computes the loss of pairs of scores and writes its gradients.</summary>
        /// <param name="x1">The first scores, [N].</param>
        /// <param name="x2">The second scores, of the same length.</param>
        /// <param name="target">1 where the first score should be larger, −1 where the second should; of the same length.</param>
        /// <param name="gradient1">Receives the gradient by the first scores; empty if it is not needed.</param>
        /// <param name="gradient2">Receives the gradient by the second scores; empty if it is not needed.</param>
        /// <returns>The value.</returns>
        /// <exception cref="ShapeException">The lengths or shapes do not match.</exception>
        /// <exception cref="LossException">
        /// A value is outside the domain of the loss, the batch is empty, or the loss has Reduction.None.
        /// </exception>
        public double Evaluate<T>(
            ReadOnlySpan<T> x1, ReadOnlySpan<T> x2, ReadOnlySpan<T> target, Span<T> gradient1, Span<T> gradient2)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => SpanEvaluator.Run(
                loss,
                new SpanOperand<T>(x1, [x1.Length], gradient1, nameof(x1)),
                new SpanOperand<T>(x2, [x2.Length], gradient2, nameof(x2)),
                new SpanOperand<T>(target, [target.Length], [], nameof(target)));
    }

    extension(GaussianNLLLoss loss)
    {
        /// <summary>Computes the loss of predicted means and variances, and its gradients.</summary>
        /// <param name="prediction">The means, [N].</param>
        /// <param name="target">The target, of the same length.</param>
        /// <param name="variance">The variances, 0 or more, of the same length.</param>
        /// <returns>The value, and the gradients by the means and by the variances.</returns>
        /// <exception cref="ShapeException">The lengths or shapes do not match.</exception>
        /// <exception cref="LossException">
        /// A value is outside the domain of the loss, the batch is empty, or the loss has Reduction.None.
        /// </exception>
        public (double Value, T[] Gradient, T[] VarianceGradient) Evaluate<T>(
            ReadOnlySpan<T> prediction, ReadOnlySpan<T> target, ReadOnlySpan<T> variance)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            (T[] gradient, T[] varianceGradient) = (new T[prediction.Length], new T[variance.Length]);
            return (loss.Evaluate(prediction, target, variance, gradient, varianceGradient), gradient, varianceGradient);
        }

        /// <summary>Computes the loss of predicted means and variances of any shape, and its gradients.</summary>
        /// <inheritdoc cref="extension(GaussianNLLLoss).Evaluate{T}(ReadOnlySpan{T}, ReadOnlySpan{T}, ReadOnlySpan{T})"/>
        /// <param name="prediction">The means in row-major order.</param>
        /// <param name="target">The target, of the same shape.</param>
        /// <param name="variance">The variances, 0 or more: of the same shape, or one for each row.</param>
        /// <param name="shape">The shape of the means; rows run along its last dimension.</param>
        public (double Value, T[] Gradient, T[] VarianceGradient) Evaluate<T>(
            ReadOnlySpan<T> prediction, ReadOnlySpan<T> target, ReadOnlySpan<T> variance, Shape shape)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            (T[] gradient, T[] varianceGradient) = (new T[prediction.Length], new T[variance.Length]);
            return (loss.Evaluate(prediction, target, variance, shape, gradient, varianceGradient), gradient, varianceGradient);
        }

        /// <summary>Computes the loss of predicted means and variances, and writes its gradients.</summary>
        /// <param name="prediction">The means, [N].</param>
        /// <param name="target">The target, of the same length.</param>
        /// <param name="variance">The variances, 0 or more, of the same length.</param>
        /// <param name="gradient">Receives the gradient by the means; empty if it is not needed.</param>
        /// <param name="varianceGradient">Receives the gradient by the variances; empty if it is not needed.</param>
        /// <returns>The value.</returns>
        /// <exception cref="ShapeException">The lengths or shapes do not match.</exception>
        /// <exception cref="LossException">
        /// A value is outside the domain of the loss, the batch is empty, or the loss has Reduction.None.
        /// </exception>
        public double Evaluate<T>(
            ReadOnlySpan<T> prediction,
            ReadOnlySpan<T> target,
            ReadOnlySpan<T> variance,
            Span<T> gradient,
            Span<T> varianceGradient)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => SpanEvaluator.Run(
                loss,
                new SpanOperand<T>(prediction, [prediction.Length], gradient, nameof(prediction)),
                new SpanOperand<T>(target, [target.Length], [], nameof(target)),
                new SpanOperand<T>(variance, [variance.Length], varianceGradient, nameof(variance)));

        /// <summary>Computes the loss of predicted means and variances of any shape, and writes its gradients.</summary>
        /// <param name="prediction">The means in row-major order.</param>
        /// <param name="target">The target, of the same shape.</param>
        /// <param name="variance">The variances, 0 or more: of the same shape, or one for each row.</param>
        /// <param name="shape">The shape of the means; rows run along its last dimension.</param>
        /// <param name="gradient">Receives the gradient by the means; empty if it is not needed.</param>
        /// <param name="varianceGradient">Receives the gradient by the variances; empty if it is not needed.</param>
        /// <returns>The value.</returns>
        /// <exception cref="ShapeException">The lengths or shapes do not match.</exception>
        /// <exception cref="LossException">
        /// A value is outside the domain of the loss, the batch is empty, or the loss has Reduction.None.
        /// </exception>
        public double Evaluate<T>(
            ReadOnlySpan<T> prediction,
            ReadOnlySpan<T> target,
            ReadOnlySpan<T> variance,
            Shape shape,
            Span<T> gradient,
            Span<T> varianceGradient)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => SpanEvaluator.Run(
                loss,
                new SpanOperand<T>(prediction, shape, gradient, nameof(prediction)),
                new SpanOperand<T>(target, shape, [], nameof(target)),
                new SpanOperand<T>(variance, VarianceShape(shape, variance.Length), varianceGradient, nameof(variance)));
    }

    /// <summary>Returns the shape of the means, or that of their rows where there are fewer variances.</summary>
    static Shape VarianceShape(Shape means, int variances) => means.Rank > 0 && variances != means.Count ? means.Without(-1) : means;

    /// <summary>Returns the shape of so many rows.</summary>
    static Shape Rows(ICriterion loss, int length, int rows)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return rows > 0 && length % rows == 0
            ? [rows, length / rows]
            : rows == 0 && length == 0
            ? [0, 0]
            : throw new ShapeException(
                $"{loss.GetType().Name}: {length} elements are not rows of equal length for {rows} targets. "
                + "Pass one target for each pair of rows.");
    }
}

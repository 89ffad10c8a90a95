using System.Numerics;

namespace Criterion.Losses;

public static partial class LossEvaluation
{
    extension(TripletMarginLoss loss)
    {
        /// <summary>Computes the loss of one triplet of vectors and its gradients.</summary>
        /// <param name="anchor">The anchor, [D].</param>
        /// <param name="positive">The embedding similar to the anchor, of the same length.</param>
        /// <param name="negative">The embedding dissimilar to the anchor, of the same length.</param>
        /// <returns>The value, and the gradients by the three.</returns>
        /// <exception cref="ShapeException">The lengths or shapes do not match.</exception>
        /// <exception cref="LossException">
        /// A value is outside the domain of the loss, the batch is empty, or the loss has Reduction.None.
        /// </exception>
        public (double Value, T[] AnchorGradient, T[] PositiveGradient, T[] NegativeGradient) Evaluate<T>(
            ReadOnlySpan<T> anchor, ReadOnlySpan<T> positive, ReadOnlySpan<T> negative)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => loss.Evaluate(anchor, positive, negative, [anchor.Length]);

        /// <summary>Computes the loss of triplets of rows and its gradients.</summary>
        /// <param name="anchor">The anchors in row-major order.</param>
        /// <param name="positive">The embeddings similar to the anchors, of the same shape.</param>
        /// <param name="negative">The embeddings dissimilar to the anchors, of the same shape.</param>
        /// <param name="shape">The shape of each, such as <c>[N, D]</c>.</param>
        /// <returns>The value, and the gradients by the three.</returns>
        /// <exception cref="ShapeException">The lengths or shapes do not match.</exception>
        /// <exception cref="LossException">
        /// A value is outside the domain of the loss, the batch is empty, or the loss has Reduction.None.
        /// </exception>
        public (double Value, T[] AnchorGradient, T[] PositiveGradient, T[] NegativeGradient) Evaluate<T>(
            ReadOnlySpan<T> anchor, ReadOnlySpan<T> positive, ReadOnlySpan<T> negative, Shape shape)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            (T[] a, T[] p, T[] n) = (new T[anchor.Length], new T[positive.Length], new T[negative.Length]);
            return (loss.Evaluate(anchor, positive, negative, shape, a, p, n), a, p, n);
        }

        /// <summary>Computes the loss of triplets of rows and writes its gradients.</summary>
        /// <param name="anchor">The anchors in row-major order.</param>
        /// <param name="positive">The embeddings similar to the anchors, of the same shape.</param>
        /// <param name="negative">The embeddings dissimilar to the anchors, of the same shape.</param>
        /// <param name="shape">The shape of each, such as <c>[N, D]</c>.</param>
        /// <param name="anchorGradient">Receives the gradient by the anchors; empty if it is not needed.</param>
        /// <param name="positiveGradient">Receives the gradient by the similar embeddings; empty if it is not needed.</param>
        /// <param name="negativeGradient">Receives the gradient by the dissimilar embeddings; empty if it is not needed.</param>
        /// <returns>The value.</returns>
        /// <exception cref="ShapeException">The lengths or shapes do not match.</exception>
        /// <exception cref="LossException">
        /// A value is outside the domain of the loss, the batch is empty, or the loss has Reduction.None.
        /// </exception>
        public double Evaluate<T>(
            ReadOnlySpan<T> anchor,
            ReadOnlySpan<T> positive,
            ReadOnlySpan<T> negative,
            Shape shape,
            Span<T> anchorGradient,
            Span<T> positiveGradient,
            Span<T> negativeGradient)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => SpanEvaluator.Run(
                loss,
                new SpanOperand<T>(anchor, shape, anchorGradient, nameof(anchor)),
                new SpanOperand<T>(positive, shape, positiveGradient, nameof(positive)),
                new SpanOperand<T>(negative, shape, negativeGradient, nameof(negative)));
    }

    extension(TripletMarginWithDistanceLoss loss)
    {
        /// <summary>Computes the loss of one triplet of vectors and its gradients.</summary>
        /// <param name="anchor">The anchor, [D].</param>
        /// <param name="positive">The embedding similar to the anchor, of the same length.</param>
        /// <param name="negative">The embedding dissimilar to the anchor, of the same length.</param>
        /// <returns>The value, and the gradients by the three.</returns>
        /// <exception cref="ShapeException">The lengths or shapes do not match.</exception>
        /// <exception cref="LossException">
        /// A value is outside the domain of the loss, the batch is empty, or the loss has Reduction.None.
        /// </exception>
        public (double Value, T[] AnchorGradient, T[] PositiveGradient, T[] NegativeGradient) Evaluate<T>(
            ReadOnlySpan<T> anchor, ReadOnlySpan<T> positive, ReadOnlySpan<T> negative)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => loss.Evaluate(anchor, positive, negative, [anchor.Length]);

        /// <summary>Computes the loss of triplets of rows and its gradients.</summary>
        /// <param name="anchor">The anchors in row-major order.</param>
        /// <param name="positive">The embeddings similar to the anchors, of the same shape.</param>
        /// <param name="negative">The embeddings dissimilar to the anchors, of the same shape.</param>
        /// <param name="shape">The shape of each, such as <c>[N, D]</c>.</param>
        /// <returns>The value, and the gradients by the three.</returns>
        /// <exception cref="ShapeException">The lengths or shapes do not match.</exception>
        /// <exception cref="LossException">
        /// A value is outside the domain of the loss, the batch is empty, or the loss has Reduction.None.
        /// </exception>
        public (double Value, T[] AnchorGradient, T[] PositiveGradient, T[] NegativeGradient) Evaluate<T>(
            ReadOnlySpan<T> anchor, ReadOnlySpan<T> positive, ReadOnlySpan<T> negative, Shape shape)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            (T[] a, T[] p, T[] n) = (new T[anchor.Length], new T[positive.Length], new T[negative.Length]);
            return (loss.Evaluate(anchor, positive, negative, shape, a, p, n), a, p, n);
        }

        /// <summary>Computes the loss of triplets of rows and writes its gradients.</summary>
        /// <param name="anchor">The anchors in row-major order.</param>
        /// <param name="positive">The embeddings similar to the anchors, of the same shape.</param>
        /// <param name="negative">The embeddings dissimilar to the anchors, of the same shape.</param>
        /// <param name="shape">The shape of each, such as <c>[N, D]</c>.</param>
        /// <param name="anchorGradient">Receives the gradient by the anchors; empty if it is not needed.</param>
        /// <param name="positiveGradient">Receives the gradient by the similar embeddings; empty if it is not needed.</param>
        /// <param name="negativeGradient">Receives the gradient by the dissimilar embeddings; empty if it is not needed.</param>
        /// <returns>The value.</returns>
        /// <exception cref="ShapeException">The lengths or shapes do not match.</exception>
        /// <exception cref="LossException">
        /// A value is outside the domain of the loss, the batch is empty, or the loss has Reduction.None.
        /// </exception>
        public double Evaluate<T>(
            ReadOnlySpan<T> anchor,
            ReadOnlySpan<T> positive,
            ReadOnlySpan<T> negative,
            Shape shape,
            Span<T> anchorGradient,
            Span<T> positiveGradient,
            Span<T> negativeGradient)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => SpanEvaluator.Run(
                loss,
                new SpanOperand<T>(anchor, shape, anchorGradient, nameof(anchor)),
                new SpanOperand<T>(positive, shape, positiveGradient, nameof(positive)),
                new SpanOperand<T>(negative, shape, negativeGradient, nameof(negative)));
    }
}

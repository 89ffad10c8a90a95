using System.Numerics;
using Criterion.Memory;

namespace Criterion.Losses;

public static partial class LossEvaluation
{
    extension(IPredictionLoss loss)
    {
        /// <summary>Computes the loss of rows against class labels, and its gradient.</summary>
        /// <param name="prediction">The logits, scores or log-probabilities, [N, C] in row-major order.</param>
        /// <param name="labels">
        /// The class of each row, [N]. For <see cref="MultiLabelMarginLoss"/> the classes of one row, as many as predictions.
        /// </param>
        /// <returns>The value, and the gradient by each element of the prediction.</returns>
        /// <exception cref="ShapeException">The lengths or shapes do not match.</exception>
        /// <exception cref="LossException">
        /// A value is outside the domain of the loss, the batch is empty, or the loss has Reduction.None.
        /// </exception>
        public (double Value, T[] Gradient) Evaluate<T>(ReadOnlySpan<T> prediction, ReadOnlySpan<long> labels)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T[] gradient = new T[prediction.Length];
            return (loss.Evaluate(prediction, labels, gradient), gradient);
        }

        /// <summary>Computes the loss of predictions of any shape against class labels, and its gradient.</summary>
        /// <inheritdoc cref="extension(IPredictionLoss).Evaluate{T}(ReadOnlySpan{T}, ReadOnlySpan{long})"/>
        /// <param name="prediction">The logits, scores or log-probabilities in row-major order.</param>
        /// <param name="labels">
        /// The classes, of that shape without dimension 1. For <see cref="MultiLabelMarginLoss"/> of the same shape.
        /// </param>
        /// <param name="shape">The shape of the prediction, <c>[N, C]</c> or <c>[N, C, d1, ...]</c>.</param>
        public (double Value, T[] Gradient) Evaluate<T>(ReadOnlySpan<T> prediction, ReadOnlySpan<long> labels, Shape shape)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T[] gradient = new T[prediction.Length];
            return (loss.Evaluate(prediction, labels, shape, gradient), gradient);
        }

        /// <summary>Computes the loss of rows against class labels, and writes its gradient.</summary>
        /// <param name="prediction">The logits, scores or log-probabilities, [N, C] in row-major order.</param>
        /// <param name="labels">
        /// The class of each row, [N]. For <see cref="MultiLabelMarginLoss"/> the classes of one row, as many as predictions.
        /// </param>
        /// <param name="gradient">Receives the gradient by each element of the prediction; empty if it is not needed.</param>
        /// <returns>The value.</returns>
        /// <exception cref="ShapeException">The lengths or shapes do not match.</exception>
        /// <exception cref="LossException">
        /// A value is outside the domain of the loss, the batch is empty, or the loss has Reduction.None.
        /// </exception>
        public double Evaluate<T>(ReadOnlySpan<T> prediction, ReadOnlySpan<long> labels, Span<T> gradient)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            loss.Evaluate(prediction, labels, ShapeOf(loss, prediction.Length, labels.Length), gradient);

        /// <summary>Computes the loss of predictions of any shape against class labels, and writes its gradient.</summary>
        /// <param name="prediction">The logits, scores or log-probabilities in row-major order.</param>
        /// <param name="labels">
        /// The classes, of that shape without dimension 1. For <see cref="MultiLabelMarginLoss"/> of the same shape.
        /// </param>
        /// <param name="shape">The shape of the prediction, <c>[N, C]</c> or <c>[N, C, d1, ...]</c>.</param>
        /// <param name="gradient">Receives the gradient by each element of the prediction; empty if it is not needed.</param>
        /// <returns>The value.</returns>
        /// <exception cref="ShapeException">The lengths or shapes do not match.</exception>
        /// <exception cref="LossException">
        /// A value is outside the domain of the loss, the batch is empty, or the loss has Reduction.None.
        /// </exception>
        public double Evaluate<T>(ReadOnlySpan<T> prediction, ReadOnlySpan<long> labels, Shape shape, Span<T> gradient)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => SpanEvaluator.Run(
                loss,
                new SpanOperand<T>(prediction, shape, gradient, nameof(prediction)),
                new SpanOperand<long>(labels, LabelShape(loss, shape), [], nameof(labels)));

        /// <inheritdoc cref="extension(IPredictionLoss).Evaluate{T}(ReadOnlySpan{T}, ReadOnlySpan{long})"/>
        public (double Value, T[] Gradient) Evaluate<T>(ReadOnlySpan<T> prediction, ReadOnlySpan<int> labels)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T[] gradient = new T[prediction.Length];
            return (loss.Evaluate(prediction, labels, gradient), gradient);
        }

        /// <inheritdoc cref="extension(IPredictionLoss).Evaluate{T}(ReadOnlySpan{T}, ReadOnlySpan{long}, Shape)"/>
        public (double Value, T[] Gradient) Evaluate<T>(ReadOnlySpan<T> prediction, ReadOnlySpan<int> labels, Shape shape)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T[] gradient = new T[prediction.Length];
            return (loss.Evaluate(prediction, labels, shape, gradient), gradient);
        }

        /// <inheritdoc cref="extension(IPredictionLoss).Evaluate{T}(ReadOnlySpan{T}, ReadOnlySpan{long}, Span{T})"/>
        public double Evaluate<T>(ReadOnlySpan<T> prediction, ReadOnlySpan<int> labels, Span<T> gradient)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            loss.Evaluate(prediction, labels, ShapeOf(loss, prediction.Length, labels.Length), gradient);

        /// <inheritdoc cref="extension(IPredictionLoss).Evaluate{T}(ReadOnlySpan{T}, ReadOnlySpan{long}, Shape, Span{T})"/>
        public double Evaluate<T>(ReadOnlySpan<T> prediction, ReadOnlySpan<int> labels, Shape shape, Span<T> gradient)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Memory<long> memory = BufferPool<long>.Rent(labels.Length);
            try
            {
                Span<long> widened = memory.Span[..labels.Length];
                for (int i = 0; i < labels.Length; i++)
                {
                    widened[i] = labels[i];
                }

                return loss.Evaluate(prediction, widened, shape, gradient);
            }
            finally
            {
                BufferPool<long>.Return(memory);
            }
        }
    }

    /// <summary>Returns [N, C] for N labels of rows, or a vector where the loss takes a label for each element.</summary>
    static Shape ShapeOf(IPredictionLoss loss, int predictions, int labels)
    {
        ArgumentNullException.ThrowIfNull(loss);
        if (!TakesClasses(loss))
        {
            return [predictions];
        }

        return labels > 0 && predictions % labels == 0
            ? [labels, predictions / labels]
            : labels == 0 && predictions == 0
            ? [0, 0]
            : throw new ShapeException(
                $"{loss.GetType().Name}: {predictions} predictions are not rows of equal length for {labels} labels. "
                + "Pass N labels and N times C predictions, or the shape.");
    }

    static Shape LabelShape(IPredictionLoss loss, Shape prediction) => TakesClasses(loss) && prediction.Rank > 0
        ? prediction.Without(prediction.Rank == 1 ? 0 : 1)
        : prediction;

    static bool TakesClasses(IPredictionLoss loss) =>
        loss is IClassLoss || (loss is WeightedSum sum && sum.Terms.All(static term => TakesClasses(term.Loss)));
}

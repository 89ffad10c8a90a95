using System.Numerics;

namespace Criterion.Losses;

/// <summary>Evaluates losses on arrays and spans of float or double: value and gradient without tensors.</summary>
/// <remarks>
/// <para>The results have the same bits as <c>Forward</c> and <c>Backward</c> on tensors, and errors are the loss's own. The overloads with
/// a <c>gradient</c> write it to memory of the caller. It must not overlap the values, and an empty span skips it. After an error its
/// contents are unspecified.</para>
/// <para>A loss that is one formula allocates nothing but the arrays that are returned. Losses that combine several steps (such as
/// <see cref="MultiScaleSsimLoss"/>, weighted sums, and losses with weights for elements) and own losses use tensors from the pool inside,
/// whose small objects the garbage collector collects. Any number of threads may call one instance at once.</para>
/// </remarks>
/// <example><code>
/// float[] prediction = [0.5f, -1.0f, 2.0f], target = [0.0f, 0.0f, 0.0f];
/// (double value, float[] gradient) = new HuberLoss().Evaluate(prediction, target);
/// double same = new HuberLoss().Evaluate(prediction, target, gradient);
/// </code></example>
public static partial class LossEvaluation
{
    extension(IPredictionLoss loss)
    {
        /// <summary>Computes the loss of a vector and its gradient.</summary>
        /// <param name="prediction">The prediction, [N].</param>
        /// <param name="target">The target, of the same length.</param>
        /// <returns>The value, and the gradient by each element of the prediction.</returns>
        /// <exception cref="ShapeException">The lengths or shapes do not match.</exception>
        /// <exception cref="LossException">
        /// A value is outside the domain of the loss, the batch is empty, or the loss has Reduction.None.
        /// </exception>
        public (double Value, T[] Gradient) Evaluate<T>(ReadOnlySpan<T> prediction, ReadOnlySpan<T> target)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T[] gradient = new T[prediction.Length];
            return (loss.Evaluate(prediction, target, gradient), gradient);
        }

        /// <summary>Computes the loss of a prediction of any shape and its gradient.</summary>
        /// <inheritdoc cref="extension(IPredictionLoss).Evaluate{T}(ReadOnlySpan{T}, ReadOnlySpan{T})"/>
        /// <param name="prediction">The prediction in row-major order.</param>
        /// <param name="target">The target, of the same shape.</param>
        /// <param name="shape">The shape of both, such as <c>[N, C, H, W]</c>.</param>
        public (double Value, T[] Gradient) Evaluate<T>(ReadOnlySpan<T> prediction, ReadOnlySpan<T> target, Shape shape)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T[] gradient = new T[prediction.Length];
            return (loss.Evaluate(prediction, target, shape, gradient), gradient);
        }

        /// <summary>Computes the loss of a vector and writes its gradient.</summary>
        /// <param name="prediction">The prediction, [N].</param>
        /// <param name="target">The target, of the same length.</param>
        /// <param name="gradient">Receives the gradient by each element of the prediction; empty if it is not needed.</param>
        /// <returns>The value.</returns>
        /// <exception cref="ShapeException">The lengths or shapes do not match.</exception>
        /// <exception cref="LossException">
        /// A value is outside the domain of the loss, the batch is empty, or the loss has Reduction.None.
        /// </exception>
        public double Evaluate<T>(ReadOnlySpan<T> prediction, ReadOnlySpan<T> target, Span<T> gradient)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            CheckAreNoLabels(loss, prediction.Length, target.Length);
            return SpanEvaluator.Run(
                loss,
                new SpanOperand<T>(prediction, [prediction.Length], gradient, nameof(prediction)),
                new SpanOperand<T>(target, [target.Length], [], nameof(target)));
        }

        /// <summary>Computes the loss of a prediction of any shape and writes its gradient.</summary>
        /// <param name="prediction">The prediction in row-major order.</param>
        /// <param name="target">The target, of the same shape.</param>
        /// <param name="shape">The shape of both, such as <c>[N, C, H, W]</c>.</param>
        /// <param name="gradient">Receives the gradient by each element of the prediction; empty if it is not needed.</param>
        /// <returns>The value.</returns>
        /// <exception cref="ShapeException">The lengths or shapes do not match.</exception>
        /// <exception cref="LossException">
        /// A value is outside the domain of the loss, the batch is empty, or the loss has Reduction.None.
        /// </exception>
        public double Evaluate<T>(ReadOnlySpan<T> prediction, ReadOnlySpan<T> target, Shape shape, Span<T> gradient)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => SpanEvaluator.Run(
                loss,
                new SpanOperand<T>(prediction, shape, gradient, nameof(prediction)),
                new SpanOperand<T>(target, shape, [], nameof(target)));
    }

    /// <summary>Throws if floats are as many as labels of rows.</summary>
    static void CheckAreNoLabels(IPredictionLoss loss, int predictions, int targets)
    {
        if (loss is SoftmaxLoss and not IDivergenceLoss && targets > 0 && predictions > targets && predictions % targets == 0)
        {
            throw new DTypeException(
                $"{loss.GetType().Name}: {targets} targets for {predictions} predictions appear to be class labels, which are integers. "
                + "Pass them as int[] or long[].");
        }
    }
}

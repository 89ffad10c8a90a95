using System.Numerics;

namespace Criterion.Losses;

public static partial class LossEvaluation
{
    extension(FeatureLoss loss)
    {
        /// <summary>Computes the loss of the features of one layer and its gradient.</summary>
        /// <param name="prediction">The features of the prediction in row-major order.</param>
        /// <param name="target">The features of the target, of the same shape.</param>
        /// <param name="shape">The shape of both, <c>[N, C, ...]</c>.</param>
        /// <returns>The value, and the gradient by each element of the prediction.</returns>
        /// <exception cref="ShapeException">The lengths or shapes do not match.</exception>
        /// <exception cref="LossException">
        /// A value is outside the domain of the loss, the batch is empty, or the loss has Reduction.None.
        /// </exception>
        public (double Value, T[] Gradient) Evaluate<T>(ReadOnlySpan<T> prediction, ReadOnlySpan<T> target, Shape shape)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T[] gradient = new T[prediction.Length];
            return (loss.Evaluate(prediction, target, shape, gradient), gradient);
        }

        /// <summary>Computes the loss of the features of one layer and writes its gradient.</summary>
        /// <param name="prediction">The features of the prediction in row-major order.</param>
        /// <param name="target">The features of the target, of the same shape.</param>
        /// <param name="shape">The shape of both, <c>[N, C, ...]</c>.</param>
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

    extension(TotalVariationLoss loss)
    {
        /// <summary>Computes the total variation of images and its gradient.</summary>
        /// <param name="images">The images in row-major order.</param>
        /// <param name="shape">Their shape, <c>[N, C, H, W]</c>.</param>
        /// <returns>The value, and the gradient by each pixel.</returns>
        /// <exception cref="ShapeException">The lengths or shapes do not match.</exception>
        /// <exception cref="LossException">
        /// A value is outside the domain of the loss, the batch is empty, or the loss has Reduction.None.
        /// </exception>
        public (double Value, T[] Gradient) Evaluate<T>(ReadOnlySpan<T> images, Shape shape)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T[] gradient = new T[images.Length];
            return (loss.Evaluate(images, shape, gradient), gradient);
        }

        /// <summary>Computes the total variation of images and writes its gradient.</summary>
        /// <param name="images">The images in row-major order.</param>
        /// <param name="shape">Their shape, <c>[N, C, H, W]</c>.</param>
        /// <param name="gradient">Receives the gradient by each pixel; empty if it is not needed.</param>
        /// <returns>The value.</returns>
        /// <exception cref="ShapeException">The lengths or shapes do not match.</exception>
        /// <exception cref="LossException">
        /// A value is outside the domain of the loss, the batch is empty, or the loss has Reduction.None.
        /// </exception>
        public double Evaluate<T>(ReadOnlySpan<T> images, Shape shape, Span<T> gradient)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            SpanEvaluator.Run(loss, new SpanOperand<T>(images, shape, gradient, nameof(images)), loss.Forward);
    }

    extension(CTCLoss loss)
    {
        /// <summary>Computes the loss of log-probabilities and its gradient.</summary>
        /// <param name="logProbabilities">The log-probabilities in row-major order.</param>
        /// <param name="shape">Their shape, <c>[T, N, C]</c>, or <c>[T, C]</c> for one sample.</param>
        /// <param name="labels">The labels of all samples, one after another.</param>
        /// <param name="inputLengths">The number of steps of each sample, at most T.</param>
        /// <param name="targetLengths">The number of labels of each sample.</param>
        /// <returns>The value, and the gradient by each log-probability.</returns>
        /// <exception cref="ShapeException">The lengths or shapes do not match.</exception>
        /// <exception cref="LossException">
        /// A value is outside the domain of the loss, the batch is empty, or the loss has Reduction.None.
        /// </exception>
        public (double Value, T[] Gradient) Evaluate<T>(
            ReadOnlySpan<T> logProbabilities,
            Shape shape,
            ReadOnlySpan<long> labels,
            ReadOnlySpan<int> inputLengths,
            ReadOnlySpan<int> targetLengths)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T[] gradient = new T[logProbabilities.Length];
            return (loss.Evaluate(logProbabilities, shape, labels, inputLengths, targetLengths, gradient), gradient);
        }

        /// <summary>Computes the loss of log-probabilities and writes its gradient.</summary>
        /// <param name="logProbabilities">The log-probabilities in row-major order.</param>
        /// <param name="shape">Their shape, <c>[T, N, C]</c>, or <c>[T, C]</c> for one sample.</param>
        /// <param name="labels">The labels of all samples, one after another.</param>
        /// <param name="inputLengths">The number of steps of each sample, at most T.</param>
        /// <param name="targetLengths">The number of labels of each sample.</param>
        /// <param name="gradient">Receives the gradient by each log-probability; empty if it is not needed.</param>
        /// <returns>The value.</returns>
        /// <exception cref="ShapeException">The lengths or shapes do not match.</exception>
        /// <exception cref="LossException">
        /// A value is outside the domain of the loss, the batch is empty, or the loss has Reduction.None.
        /// </exception>
        public double Evaluate<T>(
            ReadOnlySpan<T> logProbabilities,
            Shape shape,
            ReadOnlySpan<long> labels,
            ReadOnlySpan<int> inputLengths,
            ReadOnlySpan<int> targetLengths,
            Span<T> gradient)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            (long[] classes, int[] steps, int[] lengths) = (labels.ToArray(), inputLengths.ToArray(), targetLengths.ToArray());
            return SpanEvaluator.Run(
                loss,
                new SpanOperand<T>(logProbabilities, shape, gradient, nameof(logProbabilities)),
                logs => loss.Forward(logs, Tensor.From(classes, [classes.Length]), steps, lengths));
        }
    }
}

using Criterion.Numbers;

namespace Criterion.Nn;

/// <summary>
/// Appends channels with the standard deviation of the features over a group of samples, so that a discriminator sees whether generated
/// images are all alike (Karras et al., 2018; the groups: StyleGAN2, 2020).
/// </summary>
/// <remarks>
/// <para>
/// Input [N, C, H, W], output [N, C + Channels, H, W]. A group is the samples i, i + N / G, i + 2 N / G, …, G the group size. The channels
/// are split into as many parts, and √(variance over the group + 1e-8), averaged over the part and all pixels, fills one channel of every
/// sample of the group. The variance divides by G.
/// </para>
/// <para>
/// It mixes the samples of a batch: a gradient penalty that needs independent samples throws in <see cref="BatchCoupling"/>. Groups of one
/// sample have a constant channel of 1e-4.
/// </para>
/// </remarks>
public sealed class MinibatchStdDev : Layer
{
    const double Epsilon = 1e-8;

    /// <summary>Initializes the layer.</summary>
    /// <param name="groupSize">The number of samples in a group; smaller batches are one group. Default: 4.</param>
    /// <param name="channels">The number of appended channels, which must divide those of the input. Default: 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public MinibatchStdDev(int groupSize = 4, int channels = 1) =>
        (GroupSize, Channels) = (Require.AtLeast(1, groupSize, "MinibatchStdDev"), Require.AtLeast(1, channels, "MinibatchStdDev"));

    /// <summary>Gets the number of samples in a group.</summary>
    public int GroupSize { get; }

    /// <summary>Gets the number of appended channels.</summary>
    public int Channels { get; }

    /// <inheritdoc/>
    protected override string Description => OptionText.Of([], ("groupSize", GroupSize, 4), ("channels", Channels, 1));

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The input does not match, or the groups do not divide the batch.</exception>
    protected override Tensor Compute(Tensor input)
    {
        BatchCoupling.Declare("MinibatchStdDev");
        int group = CheckedGroup(input);
        (int n, int height, int width) = (input.Shape[0], input.Shape[2], input.Shape[3]);
        Tensor grouped = input.Reshape(group, n / group, Channels, input.Count / (n * Channels));
        Tensor deviation = (grouped.Var(0, correction: 0) + Epsilon).Sqrt().Mean(-1);
        Tensor map = deviation.Reshape(1, n / group, Channels, 1, 1).Expand(group, n / group, Channels, height, width);
        return Tensor.Cat([input, map.Reshape(n, Channels, height, width)], 1);
    }

    int CheckedGroup(Tensor input)
    {
        if (input.Rank != 4 || input.Count == 0 || input.Shape[1] % Channels != 0)
        {
            throw new ShapeException(
                $"MinibatchStdDev: the input must be [N, C, H, W], not empty and with C a multiple of {Channels}, but is {input.Shape}.");
        }

        int group = Math.Min(GroupSize, input.Shape[0]);
        return input.Shape[0] % group == 0
            ? group
            : throw new ShapeException(
                $"MinibatchStdDev: groups of {group} do not divide the batch of {input.Shape[0]}. Use a batch that is a multiple of "
                + $"{group}, or another group size.");
    }
}

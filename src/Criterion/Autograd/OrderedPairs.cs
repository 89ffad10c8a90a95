using Criterion.Drivers;

namespace Criterion;

/// <summary>
/// The logarithm of 1 plus the sum of exp(aⱼ − aᵢ) over the pairs whose label yᵢ is above yⱼ. Value and gradient come from running sums in
/// the order of the labels, higher derivatives from all differences in tensor operations.
/// </summary>
internal static class OrderedPairs
{
    /// <summary>Computes the scalar loss of numbers [N] with labels [N]; 0 with a gradient of 0 where no two labels differ.</summary>
    public static Tensor Of(Tensor values, Tensor labels, bool isAveraged)
    {
        Tensor numbers = values.Detach().To(DType.Float64).Contiguous();
        Tensor keys = labels.Detach().To(DType.Float64).Contiguous();
        Tensor? gradient = Autograd.IsRecorded(values) ? Tensor.EmptyLike(numbers) : null;
        double value = new OrderedPairsDriver(numbers.Elements, keys.Elements, isAveraged).Run(gradient?.Elements ?? default);
        return Autograd.Record(
            "ordered pairs",
            Tensor.Scalar(value, values.DType),
            [values, gradient],
            (Values: values, Keys: keys, Gradient: gradient, IsAveraged: isAveraged),
            [values],
            static (g, of) => Autograd.Enabled
                ? Autograd.Compose([of.Values], () => Composed(of.Values, of.Keys, of.IsAveraged).To(g.DType), g)
                : [(of.Gradient! * g).To(of.Values.DType)]);
    }

    static Tensor Composed(Tensor values, Tensor keys, bool isAveraged)
    {
        Tensor numbers = values.To(DType.Float64);
        Tensor isPair = keys.Unsqueeze(1).Greater(keys.Unsqueeze(0));
        double pairs = isPair.Sum().Item();
        Tensor differences = numbers.Unsqueeze(0) - numbers.Unsqueeze(1);
        Tensor total = differences.MaskedFill(isPair.Not(), double.NegativeInfinity).LogSumExp();
        return (isAveraged && pairs > 0 ? total - Math.Log(pairs) : total).Softplus();
    }
}

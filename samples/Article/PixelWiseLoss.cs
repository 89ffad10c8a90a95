using Criterion;
using Criterion.Losses;

namespace Article;

/// <summary>Pixel by pixel: MSELoss and L1Loss, and both in one.</summary>
public static class PixelWiseLoss
{
    public static void Run()
    {
        Tensor prediction = Tensor.From<float>([0.1f, 0.5f, 0.9f, 0.4f], [1, 1, 2, 2]);
        Tensor target = Tensor.From<float>([0.0f, 0.5f, 1.0f, 0.8f], [1, 1, 2, 2]);
        var mLoss = new MSELoss();
        var l1Loss = new L1Loss();
        Console.WriteLine($"MSE {mLoss.Forward(prediction, target).Item():0.0000}, L1 {l1Loss.Forward(prediction, target).Item():0.0000}");

        WeightedSum both = (l1Loss * 10) + mLoss;
        Console.WriteLine(both.Evaluate(prediction, target));
    }
}

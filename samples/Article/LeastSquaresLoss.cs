using Criterion;
using Criterion.Losses;

namespace Article;

/// <summary>Least squares of a discriminator's outputs: MSELoss against the labels, and the objective that is made of it.</summary>
public static class LeastSquaresLoss
{
    public static void Run()
    {
        Tensor real = Tensor.From<float>([0.9f, 1.2f]); // the discriminator's outputs, without a sigmoid
        Tensor fake = Tensor.From<float>([-0.1f, 0.4f]);
        var mLoss = new MSELoss();
        Tensor discLoss = 0.5 * (mLoss.Forward(real, Tensor.OnesLike(real)) + mLoss.Forward(fake, Tensor.ZerosLike(fake)));
        Tensor genLoss = mLoss.Forward(fake, Tensor.OnesLike(fake));
        Console.WriteLine($"MSELoss:             discriminator {discLoss.Item():0.0000}, generator {genLoss.Item():0.0000}");

        GanLoss objective = LeastSquaresGanLoss.CycleGan; // Paper halves the generator's loss as well
        Console.WriteLine(
            $"LeastSquaresGanLoss: discriminator {objective.Discriminator(real, fake).Item():0.0000}, "
            + $"generator {objective.Generator(fake).Item():0.0000}");
    }
}
